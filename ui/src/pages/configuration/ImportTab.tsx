import { Alert, Button, FileButton, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { IconFileUpload, IconGitCompare, IconRefresh } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type DragEvent, lazy, Suspense, useState } from 'react';
import { useLocation } from 'react-router';
import { useNode } from '../../api/records';
import type { Others } from '../../declared/compare';
import { fetchSchemas, fetchState, flat } from '../../declared/state';
import { write } from '../../declared/write';
import { Failure } from '../../records/Failure';
import { text } from '../../text';
import { FaultList } from './FaultList';
import { PlanView } from './PlanView';
import { useComparison } from './useComparison';

const Editor = lazy(() => import('../../editor/Editor'));

const START = '_format_version: "3.0"\n';

/** A file, what it would change, and the change. */
export default function ImportTab() {
  const { state } = useLocation();
  const [source, setSource] = useState(() => (state as { source?: string } | null)?.source ?? START);
  const [others, setOthers] = useState<Others>('keep');
  const [goTo, setGoTo] = useState<{ line: number }>();
  const { data: node } = useNode();
  const hasDatabase = node?.configuration.database !== 'off';
  const comparison = useComparison(source, hasDatabase ? others : 'delete', hasDatabase);
  const current = useMutation({ mutationFn: written, onSuccess: setSource });
  const error = comparison.error ?? current.error;
  return (
    <Stack>
      <Group justify="space-between">
        <Group>
          <FileButton onChange={(file) => void file?.text().then(setSource)} accept=".yml,.yaml,.json">
            {(props) => (
              <Button variant="default" leftSection={<IconFileUpload size={16} />} {...props}>
                {text.declared.open}
              </Button>
            )}
          </FileButton>
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            loading={current.isPending}
            onClick={() => current.mutate()}
          >
            {text.declared.current}
          </Button>
        </Group>
        {hasDatabase && <OthersChoice others={others} setOthers={setOthers} />}
      </Group>
      {hasDatabase ? (
        <Text size="sm" c="dimmed">
          {text.declared.drop}
        </Text>
      ) : (
        <Alert variant="light" title={text.declared.exchanged}>
          {text.declared.exchangedBack}
        </Alert>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more; the button does the same */}
      <div onDragOver={(event) => event.preventDefault()} onDrop={(event) => drop(event, setSource)}>
        <Suspense fallback={<Skeleton height={512} />}>
          <Editor
            label={text.declared.fileToImport}
            value={source}
            onChange={setSource}
            marks={comparison.faults}
            goTo={goTo}
          />
        </Suspense>
      </div>
      <Group>
        <Button
          leftSection={<IconGitCompare size={16} />}
          loading={comparison.isBusy}
          onClick={() => void comparison.start()}
        >
          {text.declared.compare}
        </Button>
      </Group>
      {error ? <Failure error={error} /> : null}
      <FaultList faults={comparison.faults} title={comparison.stopped} goTo={(line) => setGoTo({ line })} />
      {comparison.plan && <PlanView plan={comparison.plan} comparison={comparison} hasDatabase={hasDatabase} />}
    </Stack>
  );
}

/** What the gateway has, as a file. */
async function written(): Promise<string> {
  const state = await fetchState();
  return write(state, await fetchSchemas(flat(state)), { notation: 'yaml', ids: 'with' });
}

function OthersChoice({ others, setOthers }: { others: Others; setOthers: (others: Others) => void }) {
  return (
    <Group gap="xs">
      <Text size="sm">{text.declared.others}</Text>
      <SegmentedControl
        aria-label={text.declared.others}
        value={others}
        onChange={(value) => setOthers(value as Others)}
        data={[
          { value: 'keep', label: text.declared.keep },
          { value: 'delete', label: text.declared.delete },
        ]}
      />
    </Group>
  );
}

function drop(event: DragEvent, take: (text: string) => void): void {
  const [file] = event.dataTransfer.files;
  if (!file) return;
  event.preventDefault();
  void file.text().then(take);
}
