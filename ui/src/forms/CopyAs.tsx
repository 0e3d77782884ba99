import { ActionIcon, Button, Code, CopyButton, Group, Menu, Modal, Tooltip } from '@mantine/core';
import { IconCheck, IconCode, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import type { JsonObject } from '../api/client';
import { address } from '../api/client';
import { text } from '../text';
import { asCurl, asDeclared, asTerraform, type Parent, type Sending } from './copies';

interface CopyAsProps {
  collection: string;
  /** What would be sent; asked for when it is to be shown. */
  sending: () => Sending;
  /** The whole record. */
  record: () => JsonObject;
  /** What it is made below. */
  belongsTo?: Parent;
}

/** Shows what is in a form in the languages of other tools. */
export function CopyAs({ collection, sending, record, belongsTo }: CopyAsProps) {
  const [shown, setShown] = useState<{ how: string; what: string }>();
  const show = (how: string, what: string) => setShown({ how, what });
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button variant="default" leftSection={<IconCode size={16} />}>
            {text.forms.copyAs}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => show(text.forms.curl, asCurl(sending(), address('').href))}>
            {text.forms.curl}
          </Menu.Item>
          <Menu.Item onClick={() => show(text.forms.deck, asDeclared(collection, record(), belongsTo))}>
            {text.forms.deck}
          </Menu.Item>
          <Menu.Item onClick={() => show(text.forms.terraform, asTerraform(collection, record(), belongsTo))}>
            {text.forms.terraform}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        size="xl"
        title={text.forms.copyTitle(shown?.how ?? '')}
        closeButtonProps={{ 'aria-label': text.records.cancel }}
      >
        <Group justify="flex-end" mb="xs">
          <CopyText value={shown?.what ?? ''} />
        </Group>
        <Code block tabIndex={0} className="code">
          {shown?.what}
        </Code>
      </Modal>
    </>
  );
}

/** A button that puts a text where it can be pasted from. */
export function CopyText({ value, label = text.records.copy }: { value: string; label?: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? text.records.copied : label}>
          <ActionIcon variant="subtle" aria-label={label} onClick={copy}>
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
