import type { CommandDesk, Submission } from '../operations/commandDesk.js';
import type { Command } from '../operations/command.js';
import { factsOf, ProblemError } from './problem.js';
import { callerOf, type Reply, type Route, type RouteRequest, type Routes } from './route.js';

/** Routes of all commands, by operationId. @param running what is answered of an operation that goes on */
export function commandRoutes(
  commands: ReadonlyMap<string, Command>,
  desk: CommandDesk,
  running: (operationId: string, subject: string, correlationId: string) => Promise<object>,
): Routes {
  const routeOf =
    (command: Command): Route =>
    async (request) => {
      const submission = submissionOf(request);
      if (request.query['dryRun'] === true)
        return { status: 200, body: { outcome: await desk.dryRun(command, submission) } };
      const { operation, answer } = await desk.submit(command, submission, patienceOf(request));
      const headers = { Operation: operation };
      if (!answer) return onItsWay(headers, await running(operation, submission.subject, request.correlationId));
      if ('code' in answer) throw new ProblemError(answer.code, { ...factsOf(answer.details), operation, headers });
      return { status: answer.status, body: answer.body, headers: { ...answer.headers, ...headers } };
    };
  return Object.fromEntries([...commands].map(([operationId, command]) => [operationId, routeOf(command)]));
}

function submissionOf(request: RouteRequest): Submission {
  const { subject, roles } = callerOf(request);
  const { params, body } = request;
  return { subject, roles, idempotencyKey: request.header('Idempotency-Key') ?? '', params, body };
}

/** RFC 7240. */
const patienceOf = (request: RouteRequest): number | undefined =>
  /\brespond-async\b/.test(request.header('Prefer') ?? '') ? 0 : undefined;

const onItsWay = (headers: { Operation: string }, body: object): Reply => ({
  status: 202,
  body,
  headers: { ...headers, Location: `/operations/${headers.Operation}` },
});
