import { Button, Group, Modal, Text } from '@mantine/core';
import { text } from '../text';

interface DeleteDialogProps {
  title: string;
  opened: boolean;
  isBusy: boolean;
  close: () => void;
  confirm: () => void;
}

/** Asks before something goes that does not come back by itself. */
export function DeleteDialog({ title, opened, isBusy, close, confirm }: DeleteDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': text.records.cancel }}
    >
      <Text size="sm" mb="md">
        {text.records.deleteHint}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          {text.records.cancel}
        </Button>
        <Button color="red" loading={isBusy} onClick={confirm}>
          {text.records.delete}
        </Button>
      </Group>
    </Modal>
  );
}
