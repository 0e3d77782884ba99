import { Alert, Select, SimpleGrid, Stack, Textarea } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { text } from '../../text';
import { meaningOfClaim, meaningOfHeader } from '../../tokens/claims';
import { type Decoded, decode } from '../../tokens/decode';
import { keyIn, verdict } from '../../tokens/verdict';
import { Members } from './Members';
import { useRules } from './RulesSelect';
import { TryRoute } from './TryRoute';
import { chosen, useCredentials } from './useSources';
import { Verdict } from './Verdict';

/** What a token says, and what the gateway would say to it. */
export function ReadTab({ token, setToken }: { token: string; setToken: (token: string) => void }) {
  const read = useMemo(() => (token.trim() === '' ? undefined : decode(token)), [token]);
  return (
    <Stack>
      <Textarea
        className="code"
        label={text.studio.token}
        description={text.studio.stays}
        placeholder={text.studio.tokenPlaceholder}
        autosize
        minRows={3}
        maxRows={10}
        spellCheck={false}
        value={token}
        onChange={({ currentTarget }) => setToken(currentTarget.value)}
      />
      {read && 'fault' in read && (
        <Alert color="red" role="alert">
          {read.fault}
        </Alert>
      )}
      {read && 'token' in read && (
        <>
          <Read decoded={read} />
          <TryRoute token={read.token} />
        </>
      )}
    </Stack>
  );
}

function Read({ decoded }: { decoded: Decoded }) {
  const now = useNow();
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack>
        <Members
          title={text.studio.claims}
          members={decoded.claims}
          meaning={(name, value) => meaningOfClaim(name, value, now)}
        />
        <Members title={text.studio.header} members={decoded.header} meaning={meaningOfHeader} />
      </Stack>
      <Looked decoded={decoded} now={now} />
    </SimpleGrid>
  );
}

/** What the gateway would say. */
function Looked({ decoded, now }: { decoded: Decoded; now: number }) {
  const { rules, select } = useRules();
  const { credentials, options } = useCredentials();
  const [id, setId] = useState<string | null>(null);
  const key = keyIn(decoded, rules);
  const credential = id ? chosen(credentials, id) : credentials.find((other) => other.key === key);
  const { data: steps } = useQuery({
    queryKey: ['verdict', decoded.token, rules, credential, now],
    queryFn: () => verdict(decoded, rules, credential, now),
    placeholderData: (before) => before,
    gcTime: 0,
  });
  return (
    <Stack>
      {select}
      <Select
        label={text.studio.credential}
        placeholder={text.studio.matching}
        searchable
        clearable
        limit={200}
        value={id}
        onChange={setId}
        data={options}
        clearButtonProps={{ 'aria-label': text.studio.matching }}
      />
      {steps && <Verdict steps={steps} />}
    </Stack>
  );
}

/** The time in seconds, as it goes on. */
function useNow(): number {
  const [now, setNow] = useState(() => Math.floor(Date.now() / 1000));
  const { start, stop } = useInterval(() => setNow(Math.floor(Date.now() / 1000)), 1000);
  useEffect(() => {
    start();
    return stop;
  }, [start, stop]);
  return now;
}
