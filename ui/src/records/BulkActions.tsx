import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconToggleLeft, IconToggleRight, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { type RecordBody, recordPath, useWrite, type Write } from '../api/records';
import { useMayChange } from '../api/session';
import type { Entity } from '../entities/entity';
import { text } from '../text';
import { DeleteDialog } from './DeleteDialog';

interface BulkActionsProps {
  entity: Entity;
  path: string;
  records: RecordBody[];
  done: () => void;
}

/** How many writes are under way at the same time. */
const AT_ONCE = 4;

/** What can be done with all selected records. */
export function BulkActions({ entity, path, records, done }: BulkActionsProps) {
  const [asks, { open, close }] = useDisclosure(false);
  const [isBusy, setBusy] = useState(false);
  const write = useWrite();
  const mayChange = useMayChange();
  if (records.length === 0 || !mayChange) return null;

  const all = async (change: Omit<Write, 'path'>) => {
    setBusy(true);
    const faults = await inTurn(records, (record) =>
      write.mutateAsync({ ...change, path: recordPath(path, record.id) }),
    );
    setBusy(false);
    report(change, records.length - faults.length, faults);
    close();
    done();
  };
  const enable = (enabled: boolean) => void all({ method: 'PATCH', body: { enabled } });
  return (
    <Group gap="xs">
      <Text size="sm" fw={600}>
        {text.lists.selected(records.length)}
      </Text>
      {entity.canBeDisabled && (
        <>
          <Button
            size="compact-sm"
            variant="default"
            loading={isBusy}
            leftSection={<IconToggleRight size={16} />}
            onClick={() => enable(true)}
          >
            {text.lists.enable}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            loading={isBusy}
            leftSection={<IconToggleLeft size={16} />}
            onClick={() => enable(false)}
          >
            {text.lists.disable}
          </Button>
        </>
      )}
      <Button size="compact-sm" color="red" variant="outline" leftSection={<IconTrash size={16} />} onClick={open}>
        {text.lists.delete}
      </Button>
      <DeleteDialog
        title={text.records.deleteMany(records.length)}
        opened={asks}
        isBusy={isBusy}
        close={close}
        confirm={() => void all({ method: 'DELETE' })}
      />
    </Group>
  );
}

/** Does something with each record, a few at a time; gives what went wrong. */
async function inTurn(records: RecordBody[], act: (record: RecordBody) => Promise<unknown>): Promise<Error[]> {
  const waiting = [...records];
  const faults: Error[] = [];
  const work = async () => {
    for (let record = waiting.shift(); record; record = waiting.shift()) {
      await act(record).catch((error: Error) => faults.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return faults;
}

function report({ method }: Omit<Write, 'path'>, done: number, faults: Error[]): void {
  const [first] = faults;
  if (first) notifications.show({ color: 'red', message: text.lists.someFailed(faults.length, first.message) });
  if (done === 0) return;
  const message = method === 'DELETE' ? text.lists.removed(done) : text.lists.applied(done);
  notifications.show({ color: 'teal', message });
}
