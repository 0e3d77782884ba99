/** What verifies a token, and what a plugin asks of it. */

import type { RecordBody } from '../api/records';
import { isEmpty, isObject } from '../forms/values';

export interface Credential {
  id: string;
  key: string;
  algorithm: string;
  secret: string;
  publicKey: string;
  /** Where the issuer publishes its keys, in place of a public key. */
  published: string;
  consumer: string;
}

export function credentialOf(record: RecordBody): Credential {
  return {
    id: record.id,
    key: String(record.key),
    algorithm: String(record.algorithm ?? 'HS256'),
    secret: String(record.secret ?? ''),
    publicKey: String(record.rsa_public_key ?? ''),
    published: String(record.jwks_uri ?? record.issuer_discovery ?? ''),
    consumer: isObject(record.consumer) ? String(record.consumer.id) : '',
  };
}

export const isSymmetric = (algorithm: string) => algorithm.startsWith('HS');

/** How a plugin jwt looks at tokens. */
export interface Rules {
  keyClaim: string;
  secretIsBase64: boolean;
  claimsToVerify: string[];
  /** In seconds; 0 for no limit. */
  maximumExpiration: number;
  /** By how many seconds clocks may differ. */
  leeway: number;
  /** Fields of the plugin that ask for more than can be looked at here. */
  others: string[];
}

const OTHERS = [
  'issuers',
  'allowed_issuers',
  'audiences',
  'token_types',
  'required_claims',
  'max_age',
  'scopes',
  'claims_rule',
];

/** The rules of a plugin, or those that one has that says nothing. */
export function rulesOf(plugin?: RecordBody): Rules {
  const config = isObject(plugin?.config) ? plugin.config : {};
  return {
    keyClaim: String(config.key_claim_name ?? 'iss'),
    secretIsBase64: config.secret_is_base64 === true,
    claimsToVerify: Array.isArray(config.claims_to_verify) ? config.claims_to_verify.map(String) : [],
    maximumExpiration: Number(config.maximum_expiration ?? 0),
    leeway: Number(config.leeway ?? 0),
    others: OTHERS.filter((name) => !isEmpty(config[name])),
  };
}
