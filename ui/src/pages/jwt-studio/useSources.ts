/** What the gateway knows of tokens: credentials, and plugins that ask for them. */

import { useMemo } from 'react';
import { type RecordBody, useRecords } from '../../api/records';
import { titleOf } from '../../entities/catalogue';
import { text } from '../../text';
import { type Credential, credentialOf } from '../../tokens/credential';

export function useCredentials() {
  const { records, isPending, error } = useRecords('/jwts');
  const { records: consumers } = useRecords('/consumers');
  const credentials = useMemo(() => records.map(credentialOf), [records]);
  const options = useMemo(() => {
    const names = new Map(consumers.map((consumer) => [consumer.id, titleOf('consumers', consumer)]));
    return credentials.map(({ id, key, algorithm, consumer }) => ({
      value: id,
      label: `${key} (${names.get(consumer) ?? consumer.slice(0, 8)}, ${algorithm})`,
    }));
  }, [credentials, consumers]);
  return { credentials, options, consumers, isPending, error };
}

export function useJwtPlugins() {
  const { records } = useRecords('/plugins');
  const plugins = useMemo(() => records.filter(({ name }) => name === 'jwt'), [records]);
  const options = plugins.map((plugin) => ({
    value: plugin.id,
    label: text.studio.plugin(titleOf('plugins', plugin), plugin.id),
  }));
  return { plugins, options };
}

/** The record of that id, where one is chosen. */
export function chosen<T extends Credential | RecordBody>(records: T[], id: string | null): T | undefined {
  return records.find((record) => record.id === id);
}
