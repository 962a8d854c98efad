import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { writeOnce } from '@reciprocal-clubs/network/services/writeOnce.js';

/** The key that signs a club's tokens. */
export interface TokenKey {
  /** RFC 7638 thumbprint */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** as /.well-known/jwks.json shows it */
  readonly publicJwk: JWK;
  /** PEM */
  readonly publicKey: string;
}

const fileName = 'token-key.json';

/**
 * A club's token key, made by whoever asks for it first. Of several processes that make one at once one wins, and all get that one.
 *
 * @param folder of the club's secrets; it is made, for its owner alone, when it is not there
 * @throws Error when the file cannot be read or holds no such key
 */
export async function tokenKey(folder: string): Promise<TokenKey> {
  const path = join(folder, fileName);
  return (await read(path)) ?? (await make(path));
}

async function read(path: string): Promise<TokenKey | undefined> {
  const text = readOrUndefined(path);
  if (text === undefined) return undefined;
  try {
    return await keyOf(JSON.parse(text) as JWK);
  } catch {
    // Words of a parser could quote the key.
    throw new Error(`${path} does not hold a private P-256 key as JWK`);
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function keyOf(jwk: JWK): Promise<TokenKey> {
  const { kty, crv, x, y, d } = jwk;
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y || !d) throw new Error('another kind of key');
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  const publicJwk = { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' };
  return {
    kid,
    privateKey: await asCryptoKey(jwk),
    publicJwk,
    publicKey: await exportSPKI(await asCryptoKey(publicJwk, { extractable: true })),
  };
}

async function asCryptoKey(jwk: JWK, options?: { extractable: boolean }): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'ES256', options);
  if (key instanceof Uint8Array) throw new Error('another kind of key');
  return key;
}

async function make(path: string): Promise<TokenKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  writeOnce(path, JSON.stringify(await exportJWK(privateKey)));
  const key = await read(path);
  if (!key) throw new Error(`${path} was made and is not there`);
  return key;
}
