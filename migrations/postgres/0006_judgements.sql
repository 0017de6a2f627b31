-- What a curator said of two reports, the smaller id first: one story, or two.
create table judgements (
    one text not null,
    other text not null,
    together boolean not null,
    at timestamptz not null,
    primary key (one, other),
    check (one < other)
);
