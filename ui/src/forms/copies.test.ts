import { expect, it } from 'vitest';
import { asCurl, asDeclared, asTerraform } from './copies';

const plugin = {
  name: 'jwt',
  instance_name: 'lab',
  service: { id: 'f00d' },
  config: { claims_to_verify: ['exp'], maximum_expiration: 3600, run_on_preflight: true },
};

it('a line for the shell survives quotes', () => {
  const line = asCurl({ method: 'PATCH', path: '/services/a', body: { name: "it's" } }, 'http://localhost:8002/api');
  expect(line).toContain("curl -i -X PATCH 'http://localhost:8002/api/services/a'");
  expect(line).toContain(`"name": "it'\\''s"`);
});

it('declarative configuration is YAML', () => {
  expect(asDeclared('plugins', plugin)).toBe(`_format_version: "3.0"
plugins:
  - name: jwt
    instance_name: lab
    service:
      id: f00d
    config:
      claims_to_verify:
        - exp
      maximum_expiration: 3600
      run_on_preflight: true
`);
});

it('what belongs to a record stands below it', () => {
  const parent = { field: 'consumer', collection: 'consumers', id: 'c-1' };
  const text = asDeclared('jwt', { key: 'yes', secret: 'a: b', rsa_public_key: '-----BEGIN\nAB\n' }, parent);
  expect(text).toContain('consumers:\n  - id: c-1\n    jwt_secrets:\n      - key: "yes"\n        secret: "a: b"\n');
  expect(text).toContain('rsa_public_key: |\n          -----BEGIN\n          AB\n');
  expect(asTerraform('jwt', { key: 'k' }, parent)).toContain('consumer = {\n    id = "c-1"\n  }');
});

it('a plugin is a resource of its own for Terraform', () => {
  const text = asTerraform('plugins', plugin);
  expect(text).toContain('resource "kong-gateway_plugin_jwt" "lab" {');
  expect(text).toContain('claims_to_verify   = ["exp"]');
  expect(text).not.toContain('name = "jwt"');
});

it('when a record was made is no part of it', () => {
  const record = { id: 'f00d', name: 'a', created_at: 1, updated_at: 2 };
  expect(asDeclared('services', record)).toBe('_format_version: "3.0"\nservices:\n  - id: f00d\n    name: a\n');
  expect(asTerraform('services', record)).toBe('resource "kong-gateway_service" "a" {\n  name = "a"\n}\n');
});
