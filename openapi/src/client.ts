import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '@reciprocal-clubs/openapi/types';

export type ClubClient = Client<paths>;

/**
 * The API of one club's node, typed by its own OpenAPI document: `client.GET('/passes/{passId}', { params: { path: { passId } } })`.
 *
 * A call answers `{ data }` or, when the node says no, `{ error }` with the problem; it rejects only when the node cannot be reached.
 *
 * @param baseUrl of the node, http://127.0.0.1:8051 say
 * @param token bearer token of that club; without one only what is open to everybody answers
 */
export function createClubClient({ baseUrl, token }: { baseUrl: string; token?: string }): ClubClient {
  return createClient<paths>({ baseUrl, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
}
