import { Alert, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp } from '@tabler/icons-react';
import { ApiError } from '../../api/client';
import { type Conflict, useUndo, type Write } from '../../api/history';
import { useMayChange } from '../../api/session';
import { text } from '../../text';

/** Takes a write back, once somebody has said so twice; tells what stands in the way. */
export function UndoButton({ write: { revision, method, path, records } }: { write: Write }) {
  const [asks, { open, close }] = useDisclosure(false);
  const undo = useUndo();
  const mayChange = useMayChange();
  const confirm = () =>
    undo.mutate(revision, {
      onSuccess: () => {
        close();
        notifications.show({ color: 'teal', message: text.history.done(revision) });
      },
    });
  if (!mayChange) return null;
  const ask = () => {
    undo.reset();
    open();
  };
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconArrowBackUp size={14} aria-hidden />}
        aria-label={text.history.undoOf(revision)}
        onClick={ask}
      >
        {text.history.undo}
      </Button>
      <Modal
        opened={asks}
        onClose={close}
        title={text.history.undoTitle(`${method} ${path}`)}
        centered
        closeButtonProps={{ 'aria-label': text.records.cancel }}
      >
        <Stack>
          <Text size="sm">{text.history.undoHint(records)}</Text>
          {undo.error && <Why error={undo.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {text.records.cancel}
            </Button>
            <Button loading={undo.isPending} onClick={confirm}>
              {text.history.undo}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function Why({ error }: { error: Error }) {
  const conflicts = error instanceof ApiError ? conflictsIn(error) : [];
  return (
    <Alert color="red" role="alert" title={conflicts.length > 0 ? text.history.conflict : text.failures.title}>
      {conflicts.length === 0 && error.message}
      <List size="sm">
        {conflicts.map(({ kind, id, reason }) => (
          <List.Item key={`${kind} ${id}`}>
            {kind} {id.slice(0, 8)}: {reason}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

const conflictsIn = ({ answer }: ApiError): Conflict[] => (answer as { conflicts?: Conflict[] }).conflicts ?? [];
