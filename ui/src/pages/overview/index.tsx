import { Alert, Skeleton, Stack } from '@mantine/core';
import { useLive } from '../../overview/useLive';
import { Failure } from '../../records/Failure';
import { PageHeader } from '../../shell/PageHeader';
import { text } from '../../text';
import { Charts } from './Charts';
import { Tiles } from './Tiles';
import { Upstreams } from './Upstreams';

/** How the gateway is now, and how it was in the last minutes. */
export default function OverviewPage() {
  const { data, error, refetch } = useLive();
  return (
    <Stack>
      <PageHeader page="overview" />
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={320} />}
      {data && (
        <>
          {!data.now.hasStore && <Alert color="red" role="alert" title={text.overview.storeAway} />}
          {data.now.faults > 0 && <Alert color="red" role="alert" title={text.overview.faults(data.now.faults)} />}
          <Tiles live={data} />
          <Charts live={data} />
        </>
      )}
      <Upstreams />
    </Stack>
  );
}
