import { Alert, Skeleton, Stack } from '@mantine/core';
import { useLive } from '../../overview/useLive';
import { Failure } from '../../records/Failure';
import { PageHeader } from '../../shell/PageHeader';
import { text } from '../../text';
import { Charts } from './Charts';
import { Nodes } from './Nodes';
import { Refusals } from './Refusals';
import { Tiles } from './Tiles';
import { Upstreams } from './Upstreams';

/** How the gateway is now, and how it was in the last minutes. */
export default function OverviewPage() {
  const { live, isLost, error } = useLive();
  const words = text.overview;
  return (
    <Stack>
      <PageHeader page="overview" />
      {error && <Failure error={error} />}
      {isLost && !error && <Alert color="orange" role="alert" title={words.lost} />}
      {!live && !error && <Skeleton height={320} />}
      {live && (
        <>
          {live.around?.database.reachable === false && <Alert color="red" role="alert" title={words.storeAway} />}
          {live.node.faults > 0 && <Alert color="red" role="alert" title={words.faults(live.node.faults)} />}
          <Tiles live={live} />
          <Charts samples={live.samples} />
          <Refusals refusals={live.refusals} />
          {live.around && <Upstreams around={live.around} />}
          {live.around && <Nodes nodes={live.around.nodes} />}
        </>
      )}
    </Stack>
  );
}
