import {
  Alert,
  Button,
  FileButton,
  Group,
  SegmentedControl,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconFileUpload, IconGitCompare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { type Api, declare, slug, type Wishes } from '../../openapi/convert';
import { Failure } from '../../records/Failure';
import { text } from '../../text';

const Editor = lazy(() => import('../../editor/Editor'));

/** An OpenAPI document, and the configuration that it becomes. */
export default function OpenApiTab() {
  const [source, setSource] = useState('');
  const [settled] = useDebouncedValue(source, 200);
  const { data: api, error } = useQuery({
    queryKey: ['openapi', settled],
    queryFn: async () => (await import('../../openapi/describe')).describe(settled),
    enabled: settled.trim() !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    placeholderData: (before) => (settled.trim() === '' ? undefined : before),
  });
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {text.openApi.hint}
      </Text>
      <div>
        <FileButton onChange={(file) => void file?.text().then(setSource)} accept=".yml,.yaml,.json">
          {(props) => (
            <Button variant="default" leftSection={<IconFileUpload size={16} />} {...props}>
              {text.declared.open}
            </Button>
          )}
        </FileButton>
      </div>
      <Suspense fallback={<Skeleton height={512} />}>
        <Editor label={text.openApi.document} value={source} onChange={setSource} />
      </Suspense>
      {error && <Failure error={error} />}
      {api && 'fault' in api && (
        <Alert color="red" role="alert" className="breakable">
          {api.fault}
        </Alert>
      )}
      {api && 'title' in api && <Generated key={`${api.title} ${api.server}`} api={api} />}
    </Stack>
  );
}

function Generated({ api }: { api: Api }) {
  const isAddress = (url: string) => /^https?:\/\/[^/{}\s]+/.test(url);
  const [wishes, setWishes] = useState<Wishes>({
    name: slug(api.title),
    url: isAddress(api.server) ? api.server : '',
    each: 'path',
  });
  const navigate = useNavigate();
  const isReady = isAddress(wishes.url) && wishes.name !== '';
  const file = useMemo(() => declare(api, wishes), [api, wishes]);
  return (
    <Stack component="section" aria-label={text.openApi.generated}>
      <Group justify="space-between" align="baseline">
        <Title order={2} size="h4">
          {text.openApi.generated}
        </Title>
        <Text size="sm" c="dimmed" role="status">
          {text.openApi.found(api.operations.length)}
        </Text>
      </Group>
      <Group align="flex-start">
        <TextInput
          className="grow search"
          label={text.openApi.name}
          value={wishes.name}
          onChange={({ currentTarget }) => setWishes({ ...wishes, name: slug(currentTarget.value) })}
        />
        <TextInput
          className="grow search"
          label={text.openApi.url}
          description={isAddress(api.server) ? undefined : text.openApi.urlHint}
          error={isAddress(wishes.url) ? undefined : text.openApi.noUrl}
          value={wishes.url}
          onChange={({ currentTarget }) => setWishes({ ...wishes, url: currentTarget.value })}
        />
      </Group>
      <Group gap="xs">
        <Text size="sm">{text.openApi.each}</Text>
        <SegmentedControl
          aria-label={text.openApi.each}
          value={wishes.each}
          onChange={(each) => setWishes({ ...wishes, each: each as Wishes['each'] })}
          data={[
            { value: 'path', label: text.openApi.path },
            { value: 'operation', label: text.openApi.operation },
          ]}
        />
      </Group>
      <Suspense fallback={<Skeleton height={512} />}>
        <Editor label={text.openApi.generated} value={file} />
      </Suspense>
      <div>
        <Button
          disabled={!isReady}
          leftSection={<IconGitCompare size={16} />}
          onClick={() => navigate('/configuration/import', { state: { source: file } })}
        >
          {text.openApi.compare}
        </Button>
      </div>
    </Stack>
  );
}
