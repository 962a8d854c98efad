import { issueToken } from '@reciprocal-clubs/api/http/issueToken.js';
import type { Club } from './first/club.js';

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** what the text says as JSON; undefined when it is none */
  readonly body: unknown;
}

/** What a client may send, right or wrong. */
export interface Asked {
  /** of the token; none without */
  readonly roles?: readonly string[];
  /** another token than the club's own */
  readonly token?: string;
  /** sent as JSON, a text as it is */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const tokens = new Map<string, Promise<string>>();

/** A token of the club that gives these roles. Its subject is the one of the generated clients with the first role. */
export function tokenOf({ id, profile }: Club, roles: readonly string[]): Promise<string> {
  const name = `${id} ${roles.join()}`;
  const request = { folder: profile.secrets, clubId: id, subject: `staff-${roles[0]}`, roles };
  const token = tokens.get(name) ?? issueToken(request);
  tokens.set(name, token);
  return token;
}

/** Sends a request to a club's node without the generated client, which would not send everything. */
export async function ask(club: Club, method: string, path: string, asked: Asked = {}): Promise<Answer> {
  const { roles, body, headers } = asked;
  const token = asked.token ?? (roles && (await tokenOf(club, roles)));
  const response = await fetch(`${club.profile.api}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
