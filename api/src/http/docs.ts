import { fileURLToPath } from 'node:url';
import { Router, type RequestHandler } from 'express';
import type { Reply } from './route.js';

/** Swagger UI sets styles of its own; everything else comes from this node. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Reciprocal Clubs</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
  </head>
  <body>
    <div id="document"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#document', deepLinking: true });\n`;

export const docsPage = (): Promise<Reply> =>
  Promise.resolve({
    status: 200,
    body: page,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy },
  });

/** What the page loads. */
export function docsAssets(): RequestHandler {
  const router = Router({ strict: true, caseSensitive: true });
  router.get('/docs/assets/start.js', (_req, res) => void res.type('text/javascript').send(start));
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    const path = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`));
    router.get(`/docs/assets/${file}`, (_req, res) =>
      res.sendFile(path, { etag: false, acceptRanges: false, dotfiles: 'allow' }),
    );
  }
  return router;
}
