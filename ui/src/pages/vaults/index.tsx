import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useVaultSchema } from '../../api/schemas';
import { vaults } from '../../entities/catalogue';
import type { Schema } from '../../forms/schema';
import { EntityPages, ExistingForm } from '../../records/EntityPages';
import { Failure } from '../../records/Failure';
import { RecordForm } from '../../records/RecordForm';
import { RecordPage } from '../../records/RecordPage';
import { text } from '../../text';

/** The kind of vault that there is. */
const KIND = 'env';

const PAGES = '/vaults';

/** There is nothing to choose. */
const SETTLED = ['name'];

export default function VaultPages() {
  return (
    <EntityPages
      entity={vaults}
      create={<WithVaultSchema of={(schema) => <RecordForm {...form(schema)} start={{ name: KIND }} />} />}
      edit={(id) => <WithVaultSchema of={(schema) => <ExistingForm {...form(schema)} id={id} />} />}
      show={(id) => (
        <WithVaultSchema
          of={(schema) => (
            <RecordPage
              entity={vaults}
              schema={schema}
              path={PAGES}
              pages={PAGES}
              id={id}
              list={{ to: PAGES, label: text.kinds.vaults?.many ?? '' }}
            />
          )}
        />
      )}
    />
  );
}

const form = (schema: Schema) => ({ entity: vaults, schema, path: PAGES, pages: PAGES, hidden: SETTLED });

function WithVaultSchema({ of }: { of: (schema: Schema) => ReactNode }) {
  const { data, error, refetch } = useVaultSchema(KIND);
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  return data ? of(data) : <Skeleton height={320} />;
}
