/** What the plugin jwt would say to a token, step by step. */

import type { Json } from '../api/client';
import { text } from '../text';
import { spanOf } from './claims';
import type { Credential, Rules } from './credential';
import type { Decoded } from './decode';
import { canCompute, isSignedBy } from './signatures';

/** One thing that was looked at. */
export interface Step {
  what: string;
  outcome: 'passed' | 'failed' | 'noted';
  why: string;
}

const passed = (what: string, why: string): Step => ({ what, outcome: 'passed', why });
const failed = (what: string, why: string): Step => ({ what, outcome: 'failed', why });
const noted = (what: string, why: string): Step => ({ what, outcome: 'noted', why });

/** What names the credential: a claim, or else a parameter of the header. */
export function keyIn({ claims, header }: Decoded, { keyClaim }: Rules): string | undefined {
  const named = [claims[keyClaim], header[keyClaim]].find((value) => typeof value === 'string' && value !== '');
  return named as string | undefined;
}

/** Looks at a token in the order in which the gateway does, and stops where it would. */
export async function verdict(
  decoded: Decoded,
  rules: Rules,
  credential: Credential | undefined,
  now: number,
): Promise<Step[]> {
  const words = text.studio.steps;
  const key = keyIn(decoded, rules);
  if (key === undefined) return [failed(words.key, words.noKey(rules.keyClaim))];
  if (!credential && rules.others.includes('issuers')) return [noted(words.credential, words.byIssuer)];
  if (!credential) return [failed(words.credential, words.noCredential(rules.keyClaim, key))];
  const steps =
    credential.key === key
      ? [passed(words.credential, words.found(rules.keyClaim, key))]
      : [failed(words.credential, words.another(rules.keyClaim, key))];
  const algorithm = String(decoded.header.alg);
  if (algorithm !== credential.algorithm) {
    return [...steps, failed(words.algorithm, words.otherAlgorithm(algorithm, credential.algorithm))];
  }
  steps.push(passed(words.algorithm, words.sameAlgorithm(algorithm)), await signature(decoded, rules, credential));
  return [...steps, ...times(decoded, rules, now)];
}

async function signature({ token }: Decoded, rules: Rules, credential: Credential): Promise<Step> {
  const words = text.studio.steps;
  if (credential.published) return noted(words.signature, words.published(credential.published));
  if (!canCompute()) return noted(words.signature, text.studio.insecure);
  try {
    const isRight = await isSignedBy(token, credential, rules.secretIsBase64);
    return isRight ? passed(words.signature, words.signed) : failed(words.signature, words.forged);
  } catch (error) {
    return failed(words.signature, words.badKey((error as Error).message));
  }
}

function times({ claims }: Decoded, rules: Rules, now: number): Step[] {
  const { maximumExpiration, leeway, others } = rules;
  const steps = [time('exp', claims.exp, rules, now), time('nbf', claims.nbf, rules, now)];
  if (maximumExpiration > 0 && typeof claims.exp === 'number') {
    steps.push(limit(claims.exp - now - leeway, maximumExpiration));
  }
  if (others.length > 0) steps.push(noted(text.studio.steps.others, text.studio.steps.notHere(others.join(', '))));
  return steps.filter((step) => step !== undefined);
}

function time(name: 'exp' | 'nbf', value: Json | undefined, rules: Rules, now: number): Step | undefined {
  const words = text.studio.steps;
  const isWanted = rules.claimsToVerify.includes(name);
  if (typeof value !== 'number') return isWanted ? failed(name, words.noTime(name)) : undefined;
  const holds = name === 'exp' ? value + rules.leeway > now : value - rules.leeway <= now;
  const { past, future } = text.studio.times[name];
  const why = (value <= now ? past : future)(spanOf(Math.abs(value - now)));
  if (!isWanted) return noted(name, words.notLookedAt(name, why));
  return holds ? passed(name, why) : failed(name, why);
}

function limit(left: number, most: number): Step {
  const words = text.studio.steps;
  return left <= most
    ? passed(words.limit, words.within(spanOf(most)))
    : failed(words.limit, words.beyond(spanOf(left), spanOf(most)));
}
