import { Alert } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useMayChange } from '../api/session';
import { text } from '../text';

/** Why what would change something cannot be pressed, where that is so. */
export function ReadOnlyNote() {
  if (useMayChange()) return null;
  return <Alert variant="light" color="orange" role="note" icon={<IconEye />} title={text.session.readOnlyHint} />;
}
