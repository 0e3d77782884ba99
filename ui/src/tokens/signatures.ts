/** Signatures and keys, by the browser's own cryptography; the library that speaks to it is fetched when it is needed. */

import type { JsonObject } from '../api/client';
import { type Credential, isSymmetric } from './credential';
import { bytesOf } from './decode';

const library = () => import('jose');

/** Browsers have cryptography only on pages that came by TLS, or from their own machine. */
export const canCompute = (): boolean => globalThis.crypto?.subtle !== undefined;

const secretOf = ({ secret }: Credential, isBase64: boolean) =>
  isBase64 ? bytesOf(secret.replaceAll('=', '')) : new TextEncoder().encode(secret);

/** Whether a credential has signed a token. Errors say why a key cannot be used. */
export async function isSignedBy(token: string, credential: Credential, secretIsBase64: boolean): Promise<boolean> {
  const { compactVerify, errors, importSPKI, importX509 } = await library();
  const { algorithm, publicKey } = credential;
  const imported = publicKey.includes('BEGIN CERTIFICATE') ? importX509 : importSPKI;
  const key = isSymmetric(algorithm) ? secretOf(credential, secretIsBase64) : await imported(publicKey, algorithm);
  try {
    await compactVerify(token, key, { algorithms: [algorithm] });
    return true;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return false;
    throw error;
  }
}

export interface Minting {
  credential: Credential;
  secretIsBase64: boolean;
  /** As PEM (PKCS #8), where it is not a secret that both sides know. */
  privateKey: string;
  claims: JsonObject;
}

/** A token with these claims. */
export async function mint({ credential, secretIsBase64, privateKey, claims }: Minting): Promise<string> {
  const { importPKCS8, SignJWT } = await library();
  const { algorithm } = credential;
  const key = isSymmetric(algorithm) ? secretOf(credential, secretIsBase64) : await importPKCS8(privateKey, algorithm);
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: 'JWT' }).sign(key);
}

/** Both keys as PEM. */
export interface Pair {
  publicKey: string;
  privateKey: string;
}

export async function makePair(algorithm: string): Promise<Pair> {
  const { exportPKCS8, exportSPKI, generateKeyPair } = await library();
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 });
  return { publicKey: await exportSPKI(pair.publicKey), privateKey: await exportPKCS8(pair.privateKey) };
}
