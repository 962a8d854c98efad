import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
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
  return (await read(path)) ?? (await make(folder, path));
}

async function read(path: string): Promise<TokenKey | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return await keyOf(JSON.parse(text) as JWK);
  } catch {
    // Words of a parser could quote the key.
    throw new Error(`${path} does not hold a private P-256 key as JWK`);
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

async function make(folder: string, path: string): Promise<TokenKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    await file.writeFile(JSON.stringify(await exportJWK(privateKey)));
    await file.sync();
    await file.close();
    // A link appears whole or not at all, and never in place of another.
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const key = await read(path);
  if (!key) throw new Error(`${path} went away while it was made`);
  return key;
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
