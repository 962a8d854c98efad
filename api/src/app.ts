import type { Express } from 'express';
import type { Club } from './club.js';
import { commands } from './commands.js';
import { commandRoutes } from './http/commandRoutes.js';
import { healthRoutes } from './http/health.js';
import { ClubMetrics } from './http/metrics.js';
import { nodeRoutes } from './http/nodeRoutes.js';
import { readOpenapiDocument } from './http/openapiDocument.js';
import { pipeline } from './http/pipeline.js';
import { readRoutes } from './http/readRoutes.js';
import { tokenKey } from './http/tokenKey.js';
import type { CommandDesk } from './operations/commandDesk.js';
import { requireOperation } from './operations/operationView.js';

export interface AppOptions {
  readonly channel: string;
  /** hold answers against the OpenAPI document too */
  readonly validateResponses: boolean;
  readonly isStopping: () => boolean;
}

/**
 * One club's API, put together from what answers its operations.
 *
 * @throws Error when an operation of the document has no route, or the club's token key cannot be read
 */
export async function clubApp(club: Club, desk: CommandDesk, options: AppOptions): Promise<Express> {
  const document = readOpenapiDocument();
  const key = await tokenKey(club.secrets.tokenKeyFolder);
  const metrics = new ClubMetrics(club);
  return pipeline({
    club,
    document,
    key,
    metrics,
    log: club.log,
    validateResponses: options.validateResponses,
    routes: {
      ...nodeRoutes({ club: club.id, channel: options.channel, document, key, metrics }),
      ...healthRoutes(club, options.isStopping),
      ...readRoutes(club),
      ...commandRoutes(commands, desk, (id, subject, correlationId) =>
        requireOperation(club.pool, { id, subject, correlationId }),
      ),
    },
  });
}
