/** Which jobs the queue page shows. */

import type { Job } from "../data/live";

export interface QueueFilter {
  text: string;
  project: string;
  machine: string;
}

/** Whether a job passes the filter; every word must be found somewhere. */
export function passes(job: Job, filter: QueueFilter): boolean {
  if (filter.project !== "" && job.project !== filter.project) return false;
  if (filter.machine !== "" && job.machine !== filter.machine) return false;
  const text = [job.id, job.project, job.commit, job.title, job.tier, job.machine, job.asked_by, job.reason, job.state]
    .join(" ")
    .toLowerCase();
  return filter.text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
