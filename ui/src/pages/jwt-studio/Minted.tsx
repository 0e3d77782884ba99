import { Button, Group, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { useNode, useRecords } from '../../api/records';
import { titleOf } from '../../entities/catalogue';
import { Copyable } from '../../forms/Copyable';
import { text } from '../../text';
import { curlLine, proxyAddress } from '../../tokens/requests';
import { chosen } from './useSources';

/** A token in the forms in which it is used. */
export function Minted({ token, readIt }: { token: string; readIt: () => void }) {
  const { data: node } = useNode();
  const { records: routes } = useRecords('/routes');
  const [id, setId] = useState<string | null>(null);
  const route = chosen(routes, id) ?? routes[0];
  return (
    <Stack>
      <Copyable label={text.studio.made} value={token} />
      <Copyable label={text.studio.asHeader} value={`Authorization: Bearer ${token}`} />
      {routes.length > 0 && (
        <Select
          label={text.studio.route}
          searchable
          limit={200}
          value={route?.id ?? null}
          onChange={setId}
          data={routes.map((other) => ({ value: other.id, label: titleOf('routes', other) }))}
        />
      )}
      {node && <Copyable label={text.studio.asCurl} value={curlLine(proxyAddress(node), route, token)} />}
      <Group>
        <Button variant="default" onClick={readIt}>
          {text.studio.readIt}
        </Button>
      </Group>
    </Stack>
  );
}
