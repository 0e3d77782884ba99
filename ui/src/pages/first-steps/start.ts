/** What the first steps make. */

import { ask, pathOf } from '../../api/client';
import type { RecordBody } from '../../api/records';
import { type Credential, credentialOf } from '../../tokens/credential';
import { randomSecret } from '../../tokens/randomSecret';

export interface Served {
  service: RecordBody;
  route: RecordBody;
}

export interface Protected {
  consumer: RecordBody;
  credential: Credential;
}

const make = async (path: string, body: Parameters<typeof ask>[1] & object) =>
  (await ask<RecordBody>(path, { method: 'POST', ...body })).body;

export async function serve({ url, path }: { url: string; path: string }): Promise<Served> {
  const service = await make('/services', { body: { url } });
  try {
    const route = await make(`${pathOf('services', service.id)}/routes`, { body: { paths: [path] } });
    return { service, route };
  } catch (error) {
    // Half of it would be in the way of the next attempt.
    await ask(pathOf('services', service.id), { method: 'DELETE' });
    throw error;
  }
}

/** The plugin comes last: nobody is kept out before somebody can be let in. */
export async function protect({ route, username }: { route: RecordBody; username: string }): Promise<Protected> {
  const consumer = await make('/consumers', { body: { username } });
  try {
    const body = { key: username, secret: randomSecret() };
    const credential = await make(`${pathOf('consumers', consumer.id)}/jwt`, { body });
    const plugin = { name: 'jwt', config: { claims_to_verify: ['exp'] } };
    await make(`${pathOf('routes', route.id)}/plugins`, { body: plugin });
    return { consumer, credential: credentialOf(credential) };
  } catch (error) {
    await ask(pathOf('consumers', consumer.id), { method: 'DELETE' });
    throw error;
  }
}
