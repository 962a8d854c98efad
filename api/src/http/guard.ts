import type { RequestHandler } from 'express';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { Passport } from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { exchangeOf } from './exchange.js';
import type { Operation } from './openapiDocument.js';
import { ProblemError } from './problem.js';
import type { Caller } from './route.js';
import { audience, callerIn, issuerOf } from './tokenClaims.js';
import type { TokenKey } from './tokenKey.js';

/**
 * Lets through who has a token of this club that gives one of the operation's roles; an operation without roles lets everybody through.
 *
 * Passport is the seam: a club that has an identity provider of its own puts another strategy here.
 */
export function guard(clubId: string, key: TokenKey): (operation: Operation) => RequestHandler[] {
  const passport = new Passport();
  passport.use(strategy(clubId, key));
  const authenticate: RequestHandler = (req, res, next) => {
    const decide = (error: unknown, caller: Caller | false | null | undefined, info: unknown): void => {
      if (error) return next(error);
      if (!caller) return next(info instanceof ProblemError ? info : unauthenticated(req.headers.authorization));
      exchangeOf(res).caller = caller;
      next();
    };
    // Its handlers are declared to give anything at all.
    const handler = passport.authenticate('jwt', { session: false }, decide) as RequestHandler;
    void handler(req, res, next);
  };
  return ({ roles }) => (roles ? [authenticate, authorize(roles)] : []);
}

/** Everything is checked on the token that ES256 signed with this club's key, and on nothing else; no claim chooses the key's club. */
function strategy(clubId: string, key: TokenKey): Strategy {
  return new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ['ES256'],
      issuer: issuerOf(clubId),
      audience,
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: unknown, key?: string) => void) => {
        const { kid, issuer } = read(token);
        if (kid === key.kid) return done(null, key.publicKey);
        const isOfAnother = issuer?.startsWith(issuerOf('')) === true && issuer !== issuerOf(clubId);
        done(isOfAnother ? new ProblemError('TOKEN_OF_ANOTHER_CLUB', challenge) : unauthenticated(token));
      },
    },
    (payload: unknown, done: (error: unknown, caller: Caller | false) => void) =>
      done(null, callerIn(payload) ?? false),
  );
}

/** Words of a token that nobody has checked: good for choosing which refusal is given. */
function read(token: string): { kid?: string | undefined; issuer?: string | undefined } {
  try {
    return { kid: decodeProtectedHeader(token).kid, issuer: decodeJwt(token).iss };
  } catch {
    return {};
  }
}

const authorize =
  (roles: NonNullable<Operation['roles']>): RequestHandler =>
  (_req, res, next) => {
    const exchange = exchangeOf(res);
    const { caller } = exchange;
    const role = roles.find((one) => caller?.roles.includes(one));
    if (!caller || role === undefined) return next(new ProblemError('ROLE_NOT_ALLOWED', { details: { roles } }));
    exchange.caller = { ...caller, role };
    next();
  };

const challenge = { headers: { 'WWW-Authenticate': 'Bearer realm="reciprocal-clubs", error="invalid_token"' } };

/** RFC 6750: who brought nothing is not told that it is invalid. */
const unauthenticated = (brought: string | undefined): ProblemError =>
  new ProblemError(
    'UNAUTHENTICATED',
    brought ? challenge : { headers: { 'WWW-Authenticate': 'Bearer realm="reciprocal-clubs"' } },
  );
