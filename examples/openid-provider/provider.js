// An OpenID provider at https://localhost:PORT, with one client (`app`, by its secret) that gets JWTs for the resource that it
// names. Of its keys the first signs; all are published.
//
//   node provider.js PORT CERTIFICATE KEY KID=PEM...

import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Provider } from 'oidc-provider';

const API = 'https://api.example';
const [port, certificate, key, ...keys] = process.argv.slice(2);

function jwk(argument) {
  const [kid, file] = argument.split('=');
  return { ...createPrivateKey(readFileSync(file)).export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

const provider = new Provider(`https://localhost:${port}`, {
  clients: [
    {
      client_id: 'app',
      client_secret: 'the secret of app',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API,
      getResourceServerInfo: (_, audience) => ({
        audience,
        scope: 'orders:read orders:write',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  jwks: { keys: keys.map(jwk) },
  ttl: { ClientCredentials: 600 },
});

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, provider.callback());
server.listen(Number(port), '127.0.0.1');
// Nobody waits for connections that are kept open.
process.on('SIGTERM', () => process.exit(0));
