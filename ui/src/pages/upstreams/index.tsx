import type { RecordBody } from '../../api/records';
import { upstreams } from '../../entities/catalogue';
import type { Child } from '../../entities/entity';
import { EntityPages } from '../../records/EntityPages';
import { TargetList } from './TargetList';

export default function UpstreamPages() {
  const childList = (child: Child, record: RecordBody) => <TargetList child={child} upstream={record} />;
  return <EntityPages entity={upstreams} childList={childList} />;
}
