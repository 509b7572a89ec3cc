// The one Problem schema of the OpenAPI document.
import * as z from 'zod';
import { problemCodes } from '../core/problem.ts';

const Fault = z
  .object({
    pointer: z
      .string()
      .optional()
      .meta({ description: 'JSON Pointer (RFC 6901) into the body.', examples: ['/title'] }),
    parameter: z.string().optional().meta({ description: 'The parameter or header, instead of a pointer.' }),
    code: z.string().meta({ examples: ['required'] }),
    message: z.string().meta({ examples: ['is required'] }),
    by: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Who changed this field; on version conflicts.' }),
    at: z
      .string()
      .optional()
      .meta({ format: 'date-time', description: 'When it was changed; on version conflicts.' }),
  })
  .meta({ id: 'Fault' });

export const problemSchema = z
  .object({
    type: z.string().meta({ format: 'uri', description: 'A page that explains this code.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'The path that was asked for.' }),
    code: z.enum(problemCodes).meta({ description: 'Stable; decide by it.' }),
    requestId: z.string().meta({ description: 'Also in X-Request-Id and in the log.' }),
    errors: z
      .array(Fault.readonly())
      .readonly()
      .optional()
      .meta({ description: 'Every fault of the request, or the first hundred.' }),
    allowedMoves: z
      .array(z.string())
      .readonly()
      .optional()
      .meta({ description: 'The moves open to this key now.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });
