import { MultiSelect } from '@mantine/core';
import { useRecords } from '../../api/records';
import { titleOf } from '../../entities/catalogue';
import { text } from '../../text';
import { useListFault, useValue } from '../context';
import { described } from './described';
import type { FieldProps } from './FieldInput';

/** Several other records, by their ids. */
export function ManyReferencesInput(props: FieldProps & { collection: string }) {
  const { value, set } = useValue(props.path);
  const fault = useListFault(props.path);
  const { records } = useRecords(`/${props.collection}`);
  const ids = Array.isArray(value) ? value.map(String) : [];
  const data = records.map((record) => ({ value: record.id, label: titleOf(props.collection, record) }));
  const unknown = ids.filter((id) => !records.some((record) => record.id === id));
  return (
    <MultiSelect
      {...described(props)}
      data={[...data, ...unknown.map((id) => ({ value: id, label: id }))]}
      value={ids}
      error={fault}
      placeholder={ids.length === 0 ? text.forms.noneChosen : undefined}
      searchable
      clearable
      limit={100}
      nothingFoundMessage={text.lists.nothingFound}
      onChange={(now) => set(now.length > 0 ? now : undefined)}
    />
  );
}
