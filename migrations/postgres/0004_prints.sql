-- A hash for each entry of the document that was read last, in hexadecimal, with spaces between: what a feed repeats is
-- known before any work is done for it.
alter table sources add column prints text;
