//! Words that headlines are made of, and that no trend is.

use crate::cluster::title::is_function_word;

/// Whether a folded word can neither begin nor end a term: function words, the verbs of headlines, dates, counts.
pub(crate) fn is_noise(word: &str) -> bool {
    is_function_word(word) || HEADLINE_WORDS.binary_search(&word).is_ok()
}

/// Sorted: looked up by bisection.
#[rustfmt::skip]
const HEADLINE_WORDS: &[&str] = &[
    "add", "added", "adding", "adds", "afternoon", "announce", "announced", "announces", "announcing", "apr", "april",
    "arrive", "arrives", "ask", "asks", "aug", "august", "autumn", "be", "became", "become", "becomes", "begin",
    "begins", "best", "better", "big", "bigger", "billion", "blames", "bring", "brings", "buys", "call", "calls",
    "came", "cause", "causes", "change", "changes", "check", "come", "comes", "coming", "could", "create", "creates",
    "creating", "cut", "cuts", "day", "days", "dec", "december", "die", "dies", "drop", "drops", "early", "edition",
    "eight", "enable", "enables", "end", "ends", "episode", "evening", "every", "explain", "explained", "explains",
    "face", "faces", "faster", "feb", "february", "find", "finds", "first", "five", "fix", "fixed", "fixes", "found",
    "four", "fri", "friday", "full", "fully", "get", "gets", "getting", "give", "gives", "go", "goes", "going",
    "good", "got", "great", "grow", "grows", "guide", "hard", "help", "helps", "hire", "hiring", "hit", "hits", "hn",
    "hour", "hours", "hundred", "inside", "instead", "interview", "introduce", "introduces", "introducing",
    "introduction", "issue", "jan", "january", "jobs", "join", "joins", "jul", "july", "jun", "june", "keep", "keeps",
    "kill", "kills", "know", "last", "latest", "launch", "launched", "launches", "launching", "learn", "leaves",
    "left", "let", "lets", "little", "live", "long", "look", "looking", "looks", "lose", "loses", "made", "make",
    "makes", "making", "mar", "march", "may", "mean", "means", "meet", "million", "mon", "monday", "month", "months",
    "morning", "move", "moves", "named", "need", "needs", "new", "news", "next", "night", "nine", "notes", "nov",
    "november", "number", "oct", "october", "old", "open", "opens", "paper", "part", "pdf", "people", "post", "pull",
    "pulls", "push", "put", "puts", "quarter", "raise", "raises", "reach", "reaches", "read", "reading", "reads",
    "ready", "release", "released", "releases", "releasing", "remove", "removes", "report", "reports", "rfc",
    "roundup", "run", "running", "runs", "said", "sat", "saturday", "save", "saves", "say", "says", "see", "sees",
    "send", "sep", "sept", "september", "set", "sets", "seven", "ship", "shipped", "shipping", "ships", "short",
    "show", "shows", "shut", "six", "small", "sponsored", "spring", "start", "started", "starting", "starts", "stay",
    "stop", "stops", "summer", "sun", "sunday", "survey", "switch", "switches", "take", "takes", "taking", "tell",
    "tells", "ten", "thing", "things", "think", "thousand", "three", "thu", "thursday", "time", "times", "tip",
    "tips", "today", "told", "tomorrow", "tonight", "top", "try", "trying", "tue", "tuesday", "turn", "turns",
    "tutorial", "two", "update", "updated", "updates", "use", "used", "user", "users", "uses", "using", "version",
    "want", "wants", "watch", "way", "ways", "webinar", "wed", "wednesday", "week", "weekend", "weekly", "weeks",
    "went", "win", "wins", "winter", "work", "working", "works", "write", "writes", "writing", "wrong", "year",
    "years", "yesterday", "zero",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_used() {
        assert!(HEADLINE_WORDS.is_sorted());
        assert!(is_noise("announces") && is_noise("november") && is_noise("the") && !is_noise("lockfile"));
    }
}
