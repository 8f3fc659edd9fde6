/** A real tracer whose finished spans stay in memory. Registered for the whole process, as an operator's SDK is. */
import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

export type TracesInMemory = {
  /** What has ended, in the order of its end. */
  spans(): readonly ReadableSpan[];
  /** Waits until that many spans of this call's trace have ended. */
  spansOf(call: string, count: number): Promise<readonly ReadableSpan[]>;
};

export function registerTracesInMemory({ isSampled = true } = {}): TracesInMemory {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({
      sampler: new ParentBasedSampler({ root: isSampled ? new AlwaysOnSampler() : new AlwaysOffSampler() }),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans();
  return {
    spans,
    async spansOf(call, count) {
      for (let turn = 0; turn < 500; turn += 1) {
        const root = spans().find(
          ({ attributes, kind }) => attributes['gatebook.call'] === call && kind === SpanKind.SERVER,
        );
        const found = spans().filter((span) => span.spanContext().traceId === root?.spanContext().traceId);
        if (found.length >= count) return found;
        await new Promise((next) => {
          setTimeout(next, 10);
        });
      }
      throw new Error('no such spans');
    },
  };
}

/** Forgets tracer and context manager, for the next test of the same process. */
export function unregisterTraces(): void {
  trace.disable();
  context.disable();
}
