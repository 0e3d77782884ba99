import { Button, CopyButton, Group, SegmentedControl, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { fetchSchemas, fetchState, flat } from '../../declared/state';
import { type Style, write } from '../../declared/write';
import { Failure } from '../../records/Failure';
import { text } from '../../text';

const Editor = lazy(() => import('../../editor/Editor'));

/** All records as a file. */
export default function ExportTab() {
  const [style, setStyle] = useState<Style>({ notation: 'yaml', ids: 'with' });
  const { data, error, refetch } = useQuery({
    queryKey: ['records', 'state'],
    queryFn: async () => {
      const state = await fetchState();
      return { state, schemas: await fetchSchemas(flat(state)) };
    },
    gcTime: 0,
  });
  const file = useMemo(() => (data ? write(data.state, data.schemas, style) : ''), [data, style]);
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={320} />;
  return (
    <Stack>
      <Group justify="space-between">
        <Group>
          <SegmentedControl
            aria-label={text.declared.notation}
            value={style.notation}
            onChange={(notation) => setStyle({ ...style, notation: notation as Style['notation'] })}
            data={[
              { value: 'yaml', label: 'YAML' },
              { value: 'json', label: 'JSON' },
            ]}
          />
          <Switch
            label={text.declared.ids}
            checked={style.ids === 'with'}
            onChange={({ currentTarget }) => setStyle({ ...style, ids: currentTarget.checked ? 'with' : 'without' })}
          />
        </Group>
        <Group>
          <CopyButton value={file}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                onClick={copy}
              >
                {copied ? text.declared.copied : text.declared.copy}
              </Button>
            )}
          </CopyButton>
          <Button leftSection={<IconDownload size={16} />} onClick={() => download(file, style)}>
            {text.declared.download}
          </Button>
        </Group>
      </Group>
      <Text size="sm" c="dimmed">
        {text.declared.idsHint} {text.declared.secrets}
      </Text>
      <Suspense fallback={<Skeleton height={512} />}>
        <Editor label={text.declared.file} value={file} />
      </Suspense>
    </Stack>
  );
}

function download(file: string, { notation }: Style): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([file], { type: 'application/octet-stream' }));
  link.download = notation === 'yaml' ? 'kong.yml' : 'kong.json';
  link.click();
  URL.revokeObjectURL(link.href);
}
