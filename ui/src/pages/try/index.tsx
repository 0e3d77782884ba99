import { Alert, Button, Group, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api/client';
import { useRecords } from '../../api/records';
import { useMayChange } from '../../api/session';
import { titleOf } from '../../entities/catalogue';
import { Failure } from '../../records/Failure';
import { PageHeader } from '../../shell/PageHeader';
import { ReadOnlyNote } from '../../shell/ReadOnlyNote';
import { text } from '../../text';
import { bodyOf, draftFor, nothing, type Route, type Tried } from '../../trying/tried';
import { Answer } from './Answer';
import { Way } from './Way';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** A request through the gateway, and the whole way that it goes. */
export default function TryPage() {
  const [draft, setDraft] = useState(nothing);
  const { records: routes } = useRecords('/routes');
  const sending = useMutation({
    mutationFn: async () => (await ask<Tried>('/live/try', { method: 'POST', body: bodyOf(draft) })).body,
  });
  const mayChange = useMayChange();
  const words = text.trying;
  const put = (changed: Partial<typeof draft>) => setDraft({ ...draft, ...changed });
  const begin = (id: string | null) => {
    const route = routes.find((route) => route.id === id);
    if (route) setDraft(draftFor(draft, route as Route));
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <Stack>
      <PageHeader page="try" />
      <ReadOnlyNote />
      <form onSubmit={send}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
            <Select
              label={words.route}
              placeholder={words.routeHint}
              data={routes.map((route) => ({ value: route.id, label: titleOf('routes', route) }))}
              onChange={begin}
              searchable
              clearable
            />
            <Select
              label={words.method}
              data={METHODS}
              value={draft.method}
              onChange={(method) => put({ method: method ?? 'GET' })}
            />
            <TextInput
              label={words.path}
              value={draft.path}
              onChange={({ currentTarget }) => put({ path: currentTarget.value })}
              required
            />
            <TextInput
              label={words.host}
              placeholder="localhost"
              value={draft.host}
              onChange={({ currentTarget }) => put({ host: currentTarget.value })}
            />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Textarea
              label={words.headers}
              placeholder={words.headersHint}
              value={draft.headers}
              onChange={({ currentTarget }) => put({ headers: currentTarget.value })}
              autosize
              minRows={3}
            />
            <Textarea
              label={words.body}
              value={draft.body}
              onChange={({ currentTarget }) => put({ body: currentTarget.value })}
              autosize
              minRows={3}
            />
          </SimpleGrid>
          <Group>
            <Button
              type="submit"
              leftSection={<IconSend size={16} />}
              loading={sending.isPending}
              disabled={!mayChange}
            >
              {words.send}
            </Button>
            <Text size="sm" c="dimmed">
              {words.sendHint}
            </Text>
          </Group>
        </Stack>
      </form>
      {sending.error && <Failure error={sending.error} />}
      {sending.data && !sending.error && (
        <>
          {sending.data.way ? <Way way={sending.data.way} /> : <Alert color="orange" title={words.noWay} />}
          <Answer answer={sending.data.answer} />
        </>
      )}
    </Stack>
  );
}
