/** What has to hold between the fields of a record. */

import type { Json, JsonObject } from '../api/client';
import { text } from '../text';
import { checkValue } from './checks';
import { insteadOf } from './hints';
import type { Conditional, EntityCheck, Field } from './schema';
import { isEmpty, isSame, type Path, valueAt } from './values';

export type Fault = [Path, string];

/** What is wrong between fields, each with the field where it is shown. */
export function entityFaults(checks: EntityCheck[], value: JsonObject): Fault[] {
  return checks.flatMap((check) => faultsOfCheck(check, value));
}

function faultsOfCheck(check: EntityCheck, value: JsonObject): Fault[] {
  const filled = (names: string[]) => names.filter((name) => isFilled(valueAt(value, pathOfName(name))));
  if (check.at_least_one_of && filled(check.at_least_one_of).length === 0) {
    return on(check.at_least_one_of, text.checks.atLeastOneOf(list(check.at_least_one_of)));
  }
  if (check.only_one_of && filled(check.only_one_of).length !== 1) {
    return on(check.only_one_of, text.checks.onlyOneOf(list(check.only_one_of)));
  }
  if (check.mutually_required && isPart(filled(check.mutually_required), check.mutually_required)) {
    return on(check.mutually_required, text.checks.together(list(check.mutually_required)));
  }
  if (check.mutually_exclusive && filled(check.mutually_exclusive).length > 1) {
    return on(check.mutually_exclusive, text.checks.onlyOneOf(list(check.mutually_exclusive)));
  }
  if (check.distinct && hasTwins(check.distinct, value)) {
    return on(check.distinct, text.checks.distinct(list(check.distinct)));
  }
  return check.conditional ? faultOfConditional(check.conditional, value) : [];
}

const list = (names: string[]) => names.map((name) => name.replace(/^config\./, '')).join(', ');
const pathOfName = (name: string): Path => name.split('.');
const isFilled = (value: Json | undefined) => !isEmpty(value) && !(Array.isArray(value) && value.length === 0);
const isPart = (some: string[], all: string[]) => some.length > 0 && some.length < all.length;
const on = ([first]: string[], fault: string): Fault[] => (first === undefined ? [] : [[pathOfName(first), fault]]);

function hasTwins(names: string[], value: JsonObject): boolean {
  const values = names.map((name) => valueAt(value, pathOfName(name))).filter((one) => !isEmpty(one));
  return values.some((one, index) => values.slice(index + 1).some((other) => isSame(one, other)));
}

function faultOfConditional(conditional: Conditional, value: JsonObject): Fault[] {
  const { if_field, if_match, then_field, then_match, then_err } = conditional;
  const condition = valueAt(value, pathOfName(if_field));
  if (!holds(if_match, condition, false)) return [];
  const path = pathOfName(then_field);
  // What is not there breaks no rule but those that ask for something.
  if (holds(then_match, valueAt(value, path), then_match.contains === undefined)) return [];
  if (insteadOf(then_field).some((name) => isFilled(value[name]))) return [];
  const wanted = wish(then_match);
  return wanted ? [[path, then_err ?? text.checks.because(if_field.replace(/^config\./, ''), wanted)]] : [];
}

/** Whether a condition holds for a value, or for none. */
function holds(match: Field, value: Json | undefined, whenEmpty: boolean): boolean {
  if (match.eq !== undefined) return isSame(match.eq, value ?? null);
  if (match.ne !== undefined) return !isSame(match.ne, value ?? null);
  if (match.required) return isFilled(value);
  if (isEmpty(value)) return whenEmpty;
  if (match.contains !== undefined) return Array.isArray(value) && value.includes(match.contains);
  if (match.elements && Array.isArray(value)) return value.every((one) => !checkValue(match.elements ?? {}, one));
  return checkValue(match, value as Json) === undefined;
}

/** What a condition asks for, in words; nothing where only the gateway can say it. */
function wish(match: Field): string | undefined {
  if (match.eq === null) return text.checks.empty;
  if (match.eq !== undefined) return text.checks.equal(JSON.stringify(match.eq));
  if (match.required) return text.checks.given;
  if (match.contains !== undefined) return text.checks.contains(String(match.contains));
  if (match.one_of) return text.checks.oneOf(match.one_of.join(', '));
  return match.len_min ? text.checks.given : undefined;
}
