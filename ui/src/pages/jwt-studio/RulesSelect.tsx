import { Select } from '@mantine/core';
import { useState } from 'react';
import { text } from '../../text';
import { type Rules, rulesOf } from '../../tokens/credential';
import { chosen, useJwtPlugins } from './useSources';

const USUAL = '';

/** The rules of the plugin that is chosen; those of the first one, until somebody chooses. */
export function useRules() {
  const { plugins, options } = useJwtPlugins();
  const [id, setId] = useState<string | null>(null);
  const plugin = id === null ? plugins[0] : chosen(plugins, id);
  const rules: Rules = rulesOf(plugin);
  const select = (
    <Select
      label={text.studio.rules}
      value={plugin?.id ?? USUAL}
      onChange={setId}
      data={[{ value: USUAL, label: text.studio.usualRules }, ...options]}
    />
  );
  return { rules, select };
}
