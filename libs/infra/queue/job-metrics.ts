import { Injectable } from '@nestjs/common';
import { Counter, Histogram, register } from 'prom-client';
import type { JobName } from './catalogue';

type Outcome = 'done' | 'failed';

@Injectable()
export class JobMetrics {
  private readonly total: Counter;
  private readonly seconds: Histogram;

  constructor() {
    // The default registry outlives a Nest application; a second one in the same process must not fail on the names.
    this.total =
      (register.getSingleMetric('jala_jobs_total') as Counter | undefined) ??
      new Counter({ name: 'jala_jobs_total', help: 'Attempts of jobs by outcome', labelNames: ['job', 'outcome'] });
    this.seconds =
      (register.getSingleMetric('jala_job_seconds') as Histogram | undefined) ??
      new Histogram({
        name: 'jala_job_seconds',
        help: 'How long one attempt of a job took',
        labelNames: ['job'],
        buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      });
  }

  start(job: JobName): (outcome: Outcome) => void {
    const end = this.seconds.startTimer({ job });
    return (outcome) => {
      end();
      this.total.inc({ job, outcome });
    };
  }
}
