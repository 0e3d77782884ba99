/** What has to hold for a value, looked at while it is typed. The gateway decides in the end; this only tells sooner. */

import type { Json, JsonObject } from '../api/client';
import { text } from '../text';
import { entityFaults } from './entityChecks';
import { matches } from './pattern';
import { type EntityCheck, type Field, isEditable, type NamedField, named } from './schema';
import { isEmpty, isObject, keyOf, type Path, withDefaults } from './values';

/** What is wrong, by the path of the field. */
export type Faults = Record<string, string>;

/** A reference to a secret is checked where it is looked up. */
const isReference = (value: Json) => typeof value === 'string' && value.startsWith('{vault://');

/** All that is wrong in a record. */
export function faultsOf(
  schema: { fields?: NamedField[]; entity_checks?: EntityCheck[] },
  value: JsonObject,
  at: Path = [],
): Faults {
  const faults: Faults = {};
  for (const [name, field] of named(schema.fields)) {
    if (isEditable(name, field)) Object.assign(faults, faultsOfField(field, value[name], [...at, name]));
  }
  for (const [path, fault] of entityFaults(schema.entity_checks ?? [], withDefaults(schema, value))) {
    faults[keyOf([...at, ...path])] ??= fault;
  }
  return faults;
}

function faultsOfField(field: Field, value: Json | undefined, at: Path): Faults {
  if (isEmpty(value)) return isMissing(field) ? { [keyOf(at)]: text.checks.required } : {};
  const present = value as Json;
  if (isObject(present) && field.type === 'record') return faultsOf(field, present, at);
  const own = checkValue(field, present);
  const faults: Faults = own ? { [keyOf(at)]: own } : {};
  if (Array.isArray(present) && field.elements) {
    for (const [index, element] of present.entries()) {
      Object.assign(faults, faultsOfElement(field.elements, element, [...at, index]));
    }
  }
  if (isObject(present) && field.type === 'map') {
    for (const [key, inner] of Object.entries(present)) {
      Object.assign(faults, faultsOfElement(field.values ?? {}, inner, [...at, key]));
    }
  }
  return faults;
}

function faultsOfElement(field: Field, value: Json, at: Path): Faults {
  if (field.type === 'record') return faultsOf(field, isObject(value) ? value : {}, at);
  return faultsOfField({ ...field, required: true, default: undefined }, value, at);
}

function isMissing(field: Field): boolean {
  const hasDefault = field.default !== undefined && field.default !== null;
  return field.required === true && !hasDefault && !field.auto && field.type !== 'record';
}

/** What is wrong with a single value that is there. */
export function checkValue(field: Field, value: Json): string | undefined {
  if (field.referenceable && isReference(value)) return undefined;
  for (const check of CHECKS) {
    const fault = check(field, value);
    if (fault) return fault;
  }
  return undefined;
}

type Check = (field: Field, value: Json) => string | undefined;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const isNumber: Check = ({ type }, value) => {
  if (type !== 'number' && type !== 'integer') return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) return text.checks.number;
  return type === 'integer' && !Number.isInteger(value) ? text.checks.integer : undefined;
};

const isInRange: Check = ({ between, gt }, value) => {
  if (typeof value !== 'number') return undefined;
  if (between && (value < between[0] || value > between[1])) return text.checks.between(between[0], between[1]);
  return gt !== undefined && value <= gt ? text.checks.greater(gt) : undefined;
};

const hasLength: Check = ({ len_min, len_max, len_eq, type }, value) => {
  if (typeof value !== 'string' && !Array.isArray(value)) return undefined;
  const { length } = value;
  const unit = type === 'string' ? text.checks.letters : text.checks.elements;
  if (len_eq !== undefined && length !== len_eq) return text.checks.exactly(len_eq, unit);
  if (len_min !== undefined && length < len_min) return text.checks.atLeast(len_min, unit);
  return len_max !== undefined && length > len_max ? text.checks.atMost(len_max, unit) : undefined;
};

const isOneOf: Check = ({ one_of, not_one_of }, value) => {
  if (one_of && !one_of.includes(value)) return text.checks.oneOf(one_of.join(', '));
  return not_one_of?.includes(value) ? text.checks.notOneOf(not_one_of.join(', ')) : undefined;
};

const hasForm: Check = (field, value) => {
  if (typeof value !== 'string') return undefined;
  const { starts_with, match, match_none, match_all, match_any, uuid } = field;
  if (uuid && !UUID.test(value)) return text.checks.uuid;
  if (starts_with !== undefined && !value.startsWith(starts_with)) return text.checks.startsWith(starts_with);
  if (match !== undefined && !matches(value, match)) return text.checks.form;
  const forbidden = match_none?.find(({ pattern }) => matches(value, pattern));
  const unmatched = match_all?.find(({ pattern }) => !matches(value, pattern));
  const anyMatches = match_any?.patterns.some((pattern) => matches(value, pattern)) ?? true;
  const broken = forbidden ?? unmatched ?? (anyMatches ? undefined : match_any);
  return broken && (broken.err ?? text.checks.form);
};

const isConsistent: Check = ({ mutually_exclusive_subsets }, value) => {
  if (!mutually_exclusive_subsets || !Array.isArray(value)) return undefined;
  const touched = mutually_exclusive_subsets.filter((subset) => subset.some((word) => value.includes(word)));
  return touched.length > 1 ? text.checks.subsets(touched.map((subset) => subset.join(', '))) : undefined;
};

const CHECKS: Check[] = [isNumber, isInRange, hasLength, isOneOf, hasForm, isConsistent];
