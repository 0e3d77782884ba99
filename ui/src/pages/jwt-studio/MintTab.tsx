import { Alert, Button, JsonInput, NumberInput, Select, SimpleGrid, Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { JsonObject } from '../../api/client';
import { isObject } from '../../forms/values';
import { Failure } from '../../records/Failure';
import { text } from '../../text';
import { isSymmetric } from '../../tokens/credential';
import { canCompute, mint } from '../../tokens/signatures';
import { Minted } from './Minted';
import { useRules } from './RulesSelect';
import { chosen, useCredentials } from './useSources';

interface MintTabProps {
  /** By the public keys that belong to them. */
  privateKeys: Record<string, string>;
  readIt: (token: string) => void;
}

/** Makes a token that a credential verifies. */
export function MintTab({ privateKeys, readIt }: MintTabProps) {
  const { rules, select } = useRules();
  const { credentials, options, isPending } = useCredentials();
  const [id, setId] = useState<string | null>(null);
  const [minutes, setMinutes] = useState<number | string>(10);
  const [more, setMore] = useState('');
  const [typedKey, setTypedKey] = useState('');
  const minted = useMutation({ mutationFn: mint });
  const credential = chosen(credentials, id) ?? credentials[0];
  const claims = claimsIn(more);
  const needsKey = credential !== undefined && !isSymmetric(credential.algorithm);
  const privateKey = typedKey || (credential && privateKeys[credential.publicKey.trim()]) || '';

  if (!isPending && credentials.length === 0) {
    return (
      <Alert variant="light" role="note">
        {text.studio.noCredentials}
      </Alert>
    );
  }
  const make = () => {
    if (!credential || !claims) return;
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, exp: now + Math.round(Number(minutes) * 60) };
    minted.mutate({
      credential,
      secretIsBase64: rules.secretIsBase64,
      privateKey,
      claims: { [rules.keyClaim]: credential.key, ...times, ...claims },
    });
  };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack>
        <Select
          label={text.studio.credential}
          searchable
          limit={200}
          value={credential?.id ?? null}
          onChange={setId}
          data={options}
        />
        {select}
        <NumberInput label={text.studio.lifetime} value={minutes} onChange={setMinutes} allowDecimal />
        <JsonInput
          className="code"
          label={text.studio.more}
          placeholder='{ "sub": "ada" }'
          autosize
          minRows={3}
          formatOnBlur
          spellCheck={false}
          value={more}
          onChange={setMore}
          error={claims ? undefined : text.studio.moreFault}
        />
        {needsKey && (
          <Textarea
            className="code"
            label={text.studio.privateKey}
            description={text.studio.privateKeyHint}
            placeholder="-----BEGIN PRIVATE KEY-----"
            autosize
            minRows={4}
            maxRows={10}
            spellCheck={false}
            value={privateKey}
            onChange={({ currentTarget }) => setTypedKey(currentTarget.value)}
          />
        )}
        <div>
          <Button
            disabled={!credential || !claims || !canCompute() || (needsKey && privateKey === '')}
            loading={minted.isPending}
            onClick={make}
          >
            {text.studio.make}
          </Button>
        </div>
        {minted.error && <Failure error={minted.error} />}
      </Stack>
      {minted.data && <Minted token={minted.data} readIt={() => readIt(minted.data)} />}
    </SimpleGrid>
  );
}

function claimsIn(more: string): JsonObject | undefined {
  if (more.trim() === '') return {};
  try {
    const value = JSON.parse(more);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
