import { Button, Card, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useRecords } from '../../api/records';
import { titleOf } from '../../entities/catalogue';
import { Failure } from '../../records/Failure';
import { text } from '../../text';
import { explain, requestTo, type Tried } from '../../tokens/explain';
import { Explained } from './Explained';
import { chosen } from './useSources';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** What would become of a request with this token: of a route, or of whichever one takes it. */
export function TryRoute({ token }: { token: string }) {
  const { records: routes } = useRecords('/routes');
  const [id, setId] = useState<string | null>(null);
  const [typed, setTyped] = useState<Tried>();
  const tried = typed ?? requestTo(routes[0]);
  const trying = useMutation({ mutationFn: (asked: string) => explain(tried, asked) });
  // Another token is another question.
  const shown = trying.variables === token ? trying : undefined;
  const headers = Object.entries(tried.headers);
  const change = (part: Partial<Tried>) => {
    setTyped({ ...tried, ...part });
    trying.reset();
  };
  /** What was changed by hand is not the request of a route any more. */
  const type = (part: Partial<Tried>) => {
    setId(null);
    change(part);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    trying.mutate(token);
  };
  const field = (name: 'host' | 'path', example: string) => (
    <TextInput
      className="grow"
      miw={140}
      label={text.explain[name]}
      placeholder={example}
      value={tried[name]}
      onChange={({ currentTarget }) => type({ [name]: currentTarget.value })}
    />
  );
  return (
    <Card withBorder component="section" aria-label={text.explain.title}>
      <Title order={2} size="h5">
        {text.explain.title}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {text.explain.hint}
      </Text>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Select
            label={text.explain.route}
            placeholder={text.explain.anyRoute}
            searchable
            clearable
            limit={200}
            maw={340}
            value={typed ? id : (routes[0]?.id ?? null)}
            onChange={(to) => {
              setId(to);
              change(requestTo(chosen(routes, to)));
            }}
            data={routes.map((route) => ({ value: route.id, label: titleOf('routes', route) }))}
            clearButtonProps={{ 'aria-label': text.explain.anyRoute }}
          />
          <Group align="flex-end">
            <Choice label={text.explain.method} value={tried.method} of={METHODS} set={(method) => type({ method })} />
            <Choice
              label={text.explain.scheme}
              value={tried.scheme}
              of={['http', 'https']}
              set={(scheme) => type({ scheme })}
            />
            {field('host', 'api.example')}
            {field('path', '/orders/42')}
            <Button type="submit" loading={trying.isPending}>
              {text.explain.do}
            </Button>
          </Group>
          {headers.length > 0 && (
            <Text size="sm" c="dimmed">
              {text.explain.headers(headers.map(([name, [value]]) => `${name}: ${value ?? ''}`).join(', '))}
            </Text>
          )}
        </Stack>
      </form>
      {shown?.error && <Failure error={shown.error} />}
      {shown?.data && <Explained explanation={shown.data} />}
    </Card>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  of: string[];
  set: (value: string) => void;
}

function Choice({ label, value, of, set }: ChoiceProps) {
  const all = of.includes(value) ? of : [value, ...of];
  return <Select label={label} w={110} value={value} data={all} onChange={(to) => set(to ?? value)} />;
}
