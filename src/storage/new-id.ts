import { type AttemptId, type CommentId, type PromptId, type ReviewId, uuidV7 } from '../domain/ids.ts';

function newId(): string {
  return uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}

export const newAttemptId = () => newId() as AttemptId;
export const newPromptId = () => newId() as PromptId;
export const newReviewId = () => newId() as ReviewId;
export const newCommentId = () => newId() as CommentId;
