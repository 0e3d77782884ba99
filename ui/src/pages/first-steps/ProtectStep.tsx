import { Button, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../records/Failure';
import { text } from '../../text';
import { StepCard } from './StepCard';
import { type Protected, protect, type Served } from './start';

interface ProtectStepProps {
  served?: Served;
  guard?: Protected;
  done: (guard: Protected) => void;
}

/** The plugin jwt on the route, and somebody whom it lets in. */
export function ProtectStep({ served, guard, done }: ProtectStepProps) {
  const [username, setUsername] = useState('ada');
  const queries = useQueryClient();
  const making = useMutation({
    mutationFn: protect,
    onSuccess: async (made) => {
      done(made);
      await queries.invalidateQueries({ queryKey: ['records'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (served) making.mutate({ route: served.route, username });
  };
  const state = guard ? 'done' : served ? 'open' : 'waiting';
  return (
    <StepCard number={2} title={text.firstSteps.protect} hint={text.firstSteps.protectHint} state={state}>
      {guard ? (
        <Text size="sm">{text.firstSteps.protected}</Text>
      ) : (
        <form onSubmit={submit}>
          <TextInput
            label={text.firstSteps.consumer}
            description={text.firstSteps.consumerHint}
            required
            withAsterisk={false}
            maw={340}
            mb="sm"
            value={username}
            onChange={({ currentTarget }) => setUsername(currentTarget.value)}
          />
          <Button type="submit" loading={making.isPending}>
            {text.firstSteps.protectDo}
          </Button>
        </form>
      )}
      {making.error && <Failure error={making.error} />}
    </StepCard>
  );
}
