import { Button, Group, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNode } from '../../api/records';
import { useMayChange } from '../../api/session';
import { Copyable } from '../../forms/Copyable';
import { Failure } from '../../records/Failure';
import { text } from '../../text';
import { curlLine, proxyAddress } from '../../tokens/requests';
import { StepCard } from './StepCard';
import { type Served, serve } from './start';

/** A service and a route to it. */
export function ServeStep({ served, done }: { served?: Served; done: (served: Served) => void }) {
  const [url, setUrl] = useState('');
  const [path, setPath] = useState('/hello');
  const { data: node } = useNode();
  const queries = useQueryClient();
  const mayChange = useMayChange();
  const making = useMutation({
    mutationFn: serve,
    onSuccess: async (made) => {
      done(made);
      await queries.invalidateQueries({ queryKey: ['records'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    making.mutate({ url, path });
  };
  return (
    <StepCard
      number={1}
      title={text.firstSteps.serve}
      hint={text.firstSteps.serveHint}
      state={served ? 'done' : 'open'}
    >
      {served ? (
        <>
          <Text size="sm">{text.firstSteps.served(String(served.route.paths))}</Text>
          {node && <Copyable label={text.studio.asCurl} value={curlLine(proxyAddress(node), served.route)} />}
        </>
      ) : (
        <form onSubmit={submit}>
          <Group align="flex-start" mb="sm">
            <TextInput
              className="grow search"
              label={text.firstSteps.url}
              description={text.firstSteps.urlHint}
              placeholder="http://127.0.0.1:3000"
              required
              withAsterisk={false}
              value={url}
              onChange={({ currentTarget }) => setUrl(currentTarget.value)}
            />
            <TextInput
              className="grow search"
              label={text.firstSteps.path}
              description={text.firstSteps.pathHint}
              required
              withAsterisk={false}
              value={path}
              onChange={({ currentTarget }) => setPath(currentTarget.value)}
            />
          </Group>
          <Button type="submit" disabled={!mayChange} loading={making.isPending}>
            {text.firstSteps.serveDo}
          </Button>
        </form>
      )}
      {making.error && <Failure error={making.error} />}
    </StepCard>
  );
}
