import { expect, it } from 'vitest';
import { labelOf, labelOfPath } from './labels';
import { combine, fieldOf, isEditable, type Schema } from './schema';

it('a particular schema wins over the general one', () => {
  const general: Schema = {
    fields: [{ consumer: { type: 'foreign', reference: 'consumers' } }, { name: { type: 'string' } }],
  };
  const own: Schema = {
    fields: [{ consumer: { type: 'foreign', eq: null } }, { config: { type: 'record' } }],
    entity_checks: [{ distinct: ['a'] }],
  };
  const schema = combine(general, own);
  expect(isEditable('consumer', fieldOf(schema, 'consumer') ?? {})).toBe(false);
  expect(schema.fields.map((field) => Object.keys(field)[0])).toEqual(['consumer', 'name', 'config']);
  expect(schema.entity_checks).toHaveLength(1);
});

it('nobody fills in what the gateway makes', () => {
  expect(isEditable('id', { type: 'string', auto: true })).toBe(false);
  expect(isEditable('created_at', { type: 'integer', auto: true, timestamp: true })).toBe(false);
  expect(isEditable('key', { type: 'string', auto: true })).toBe(true);
});

it('names of fields read as words', () => {
  expect(labelOf('claims_to_verify')).toBe('Claims to verify');
  expect(labelOf('tls_verify_depth')).toBe('TLS verify depth');
  expect(labelOf('redirect_uris')).toBe('Redirect uris');
  expect(labelOfPath('config.redis.host')).toBe('Redis › Host');
  expect(labelOfPath('paths.0')).toBe('Paths › 1');
});
