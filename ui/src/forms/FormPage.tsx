import { Alert, Button, Group, Stack, Title } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useRef } from 'react';
import { useNavigate } from 'react-router';
import type { JsonObject } from '../api/client';
import { useMayChange } from '../api/session';
import { ReadOnlyNote } from '../shell/ReadOnlyNote';
import { text } from '../text';
import { Changes } from './Changes';
import { CopyAs } from './CopyAs';
import type { Parent, Sending } from './copies';
import type { useDraft } from './useDraft';

interface FormPageProps {
  title: string;
  collection: string;
  /** By which hints are found. */
  schema: string;
  draft: ReturnType<typeof useDraft>;
  isEdit: boolean;
  isBusy: boolean;
  sending: () => Sending;
  record: () => JsonObject;
  belongsTo?: Parent;
  save: () => Promise<void>;
  children: ReactNode;
}

/** A form with its buttons and what it would change. */
export function FormPage(props: FormPageProps) {
  const { title, collection, schema, draft, isEdit, isBusy, sending, record, save, children, belongsTo } = props;
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!draft.check()) return focusFirstFault(form.current);
    try {
      await save();
    } catch (error) {
      draft.refuse(error);
      focusFirstFault(form.current);
    }
  };
  const hasFaults = Object.keys(draft.faults).length > 0;
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Title order={1} size="h2" mb="md">
        {title}
      </Title>
      <div className="form-page">
        <Stack className="form-body">
          <ReadOnlyNote />
          {children}
          {draft.message && (
            <Alert color="red" icon={<IconAlertCircle />} title={text.failures.title} role="alert">
              {draft.message}
            </Alert>
          )}
          {!draft.message && hasFaults && (
            <Alert color="red" variant="light" icon={<IconAlertCircle />} title={text.forms.faults} role="status" />
          )}
          <Group>
            <Button type="submit" loading={isBusy} disabled={!mayChange || (isEdit && draft.changes.length === 0)}>
              {text.records.save}
            </Button>
            <Button variant="default" onClick={() => navigate(-1)}>
              {text.records.cancel}
            </Button>
            <CopyAs collection={collection} sending={sending} record={record} belongsTo={belongsTo} />
          </Group>
        </Stack>
        <aside className="form-aside">
          <Changes schema={schema} changes={draft.changes} />
        </aside>
      </div>
    </form>
  );
}

/** Once the faults are on the page, the first of them is gone to. */
function focusFirstFault(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
