import { Alert, Button, Card, Group, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { pathOf } from '../../api/client';
import { useWrite } from '../../api/records';
import { useMayChange } from '../../api/session';
import { titleOf } from '../../entities/catalogue';
import { Copyable } from '../../forms/Copyable';
import { Failure } from '../../records/Failure';
import { ReadOnlyNote } from '../../shell/ReadOnlyNote';
import { text } from '../../text';
import { canCompute, makePair, type Pair } from '../../tokens/signatures';
import { useCredentials } from './useSources';

/** Those that have a key for each side. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

interface PairTabProps {
  /** Keeps a private key while the page is open, for tokens to be made with. */
  keep: (pair: Pair) => void;
  mint: () => void;
}

/** Makes a private key and its public one. */
export function PairTab({ keep, mint }: PairTabProps) {
  const [algorithm, setAlgorithm] = useState('ES256');
  const made = useMutation({ mutationFn: makePair, onSuccess: keep });
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {text.studio.pairHint}
      </Text>
      <Group align="flex-end">
        <Select
          label={text.studio.algorithmLabel}
          value={algorithm}
          onChange={(value) => {
            setAlgorithm(value ?? 'ES256');
            made.reset();
          }}
          data={ALGORITHMS}
        />
        <Button disabled={!canCompute()} loading={made.isPending} onClick={() => made.mutate(algorithm)}>
          {text.studio.make}
        </Button>
      </Group>
      {made.error && <Failure error={made.error} />}
      {made.data && (
        <>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Copyable label={text.studio.publicKey} value={made.data.publicKey} />
            <Copyable label={text.studio.privateKey} value={made.data.privateKey} />
          </SimpleGrid>
          <AsCredential algorithm={algorithm} publicKey={made.data.publicKey} mint={mint} />
        </>
      )}
    </Stack>
  );
}

/** Gives the public key to the gateway. */
function AsCredential({ algorithm, publicKey, mint }: { algorithm: string; publicKey: string; mint: () => void }) {
  const { consumers } = useCredentials();
  const [consumer, setConsumer] = useState<string | null>(null);
  const [key, setKey] = useState('');
  const write = useWrite();
  const mayChange = useMayChange();
  const make = () => {
    if (!consumer) return;
    const body = { algorithm, rsa_public_key: publicKey, ...(key === '' ? {} : { key }) };
    write.mutate({ method: 'POST', path: `${pathOf('consumers', consumer)}/jwt`, body });
  };
  return (
    <Card withBorder component="section" aria-label={text.studio.asCredential}>
      <Title order={2} size="h5" mb="sm">
        {text.studio.asCredential}
      </Title>
      <Group align="flex-end">
        <Select
          label={text.studio.consumer}
          searchable
          limit={200}
          value={consumer}
          onChange={setConsumer}
          data={consumers.map((record) => ({ value: record.id, label: titleOf('consumers', record) }))}
        />
        <TextInput
          label={text.studio.key}
          placeholder={text.forms.automatic}
          value={key}
          onChange={({ currentTarget }) => setKey(currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={!consumer || !mayChange || write.isSuccess}
          loading={write.isPending}
          onClick={make}
        >
          {text.studio.makeCredential}
        </Button>
      </Group>
      <ReadOnlyNote />
      {write.error && <Failure error={write.error} />}
      {write.isSuccess && (
        <Alert color="teal" role="status" mt="sm" title={text.studio.credentialMade}>
          <Button size="xs" variant="default" onClick={mint}>
            {text.studio.mint}
          </Button>
        </Alert>
      )}
    </Card>
  );
}
