import { Alert, Stack, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import { PageHeader } from '../../shell/PageHeader';
import { text } from '../../text';
import { canCompute } from '../../tokens/signatures';
import { MintTab } from './MintTab';
import { PairTab } from './PairTab';
import { ReadTab } from './ReadTab';

/** What is handed from tab to tab: a token that was made, and private keys by their public ones. */
export default function JwtStudio() {
  const [parameters, setParameters] = useSearchParams();
  const tab = parameters.get('tab') ?? 'read';
  const [token, setToken] = useState(useHandedOver());
  const [privateKeys, setPrivateKeys] = useState<Record<string, string>>({});
  const open = (to: string | null) => setParameters({ tab: to ?? 'read' }, { replace: true });
  const readIt = (made: string) => {
    setToken(made);
    open('read');
  };
  return (
    <Stack>
      <PageHeader page="jwt-studio" />
      {!canCompute() && (
        <Alert color="yellow" role="note">
          {text.studio.insecure}
        </Alert>
      )}
      <Tabs value={tab} keepMounted={false} onChange={open}>
        <Tabs.List>
          <Tabs.Tab value="read">{text.studio.read}</Tabs.Tab>
          <Tabs.Tab value="mint">{text.studio.mint}</Tabs.Tab>
          <Tabs.Tab value="pair">{text.studio.pair}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="read" pt="md">
          <ReadTab token={token} setToken={setToken} />
        </Tabs.Panel>
        <Tabs.Panel value="mint" pt="md">
          <MintTab privateKeys={privateKeys} readIt={readIt} />
        </Tabs.Panel>
        <Tabs.Panel value="pair" pt="md">
          <PairTab
            keep={({ publicKey, privateKey }) =>
              setPrivateKeys((keys) => ({ ...keys, [publicKey.trim()]: privateKey }))
            }
            mint={() => open('mint')}
          />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

/** A token that another page has sent along. */
function useHandedOver(): string {
  const { state } = useLocation();
  return (state as { token?: string } | null)?.token ?? '';
}
