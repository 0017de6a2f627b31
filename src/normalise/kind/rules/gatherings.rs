//! Dates of events and lists of links or advice: neither is a story.

use super::{REPORTERS, Rule, excerpt, tag, title};
use crate::model::item::Kind::{Event, Listicle};

pub(super) const RULES: &[Rule] = &[
    title(
        Event,
        &[
            r"\bcall for (papers|proposals|speakers|participation|talks|presentations|submissions)\b",
            r"\bcfps?\b",
            r"\bsubmit (your|a) talk\b",
            r": tell us your\b",
            r"\bspeakers confirmed\b",
            r"\bsponsor prospectus\b",
            r"\bregist(er (now|today|here)|ration (is )?(now )?opens?)\b",
            r"\bsave the date\b",
            r"\b(early[- ]bird|tickets)\b.*\b(sale|available|now|ends?|live|left|out)\b",
            r"\bearly[- ]bird tickets\b",
            r"\bjoin us (at|for|in|on|this|live)\b",
            r"\b(live|free|upcoming|join (our|the|this)|next) (\w+ )?(webinar|workshop|masterclass|meet-?up|live ?stream)s?\b",
            r"^webinar\b",
            r"\bwebinar: ",
            r"\blive ?stream (on|at|today|tomorrow|this)\b",
            r"\b(watch|launch|release) party\b",
            r"\bjobs? fair (for|in|on|at|20)\b",
            r"\bjobs? fair.*\d",
            r"\bmeetup (#|no\.? ?)\d+",
            r"\b(meet-?up|office hours|hackathon|workshop)\b.*\b({month} \d|\d+ {month}|{weekday}|tonight|tomorrow|weekend)\b",
            r"(\b|[a-z])(conf|con|summit|fest|camp|expo|fosdem|world|congress)(\b|\d|\.).*\b(schedule|speakers?|dates?|program(me)?|agenda|venue|line-?up|keynotes?|sessions?|tickets?)\b.*\b(live|announced|confirmed|published|online|revealed|available|out|open|set)\b",
            r"\bschedule (is )?(now )?(live|published|online)\b",
            r"(\b|[a-z])(conf|con|summit|fest|camp|congress)(\b|[^ ]*) ?20\d\d\b.*\b(in|at|tickets|coming|days)\b",
            r"\b(kick(s)? off|takes place|returns) (on|in|to) .*\b({month}|20\d\d)\b",
        ],
    )
    .unless(&[
        r"\b(recap|highlights|lessons|what we learned|postmortem|album|movie|film|season|game|price|chip|gpu|iphone|writ(e|ing)|breaking|fix(es|ed)?|how to|built|written|build)\b",
        r"\brelease date\b",
    ]),
    excerpt(
        Event,
        &[
            r"\b(submit (your |a )?(talk|proposal|session|abstract)s?|submissions? (close|are open)|rsvp (by|now|here|today|at|on|to)|doors (open )?(at )?\d|register (by|now|today|here|at|before|for free)|book your (seat|place|ticket)|(places|seats) are limited|first-time speakers|join us (live|online|in person|on ({weekday}|{month})|(at|in) [\w ]{0,20}(conf|con|days?|summit|fest|camp|meet-?up|booth)|for (an?|the|our) ([\w-]+ ){0,3}(webinar|workshop|meet-?up|talk|session|conference|event|evening|day|ama|hackathon|live ?stream)))\b",
        ],
    )
    .unless(&[r"\b(domain|trademark|voter|recap|recordings?)\b", r"\b(released|is out|don't miss out)\b"]),
    tag(Event, &[r"^(events?|webinars?|meetups?)$"]),
    // A count of pieces of advice. A count of packages or flaws is news, and comes before what must not be missed.
    title(
        Listicle,
        &[
            r"^\W*{count} ([\w+#.'/-]+ ){0,5}(tips|tricks|ways|things|reasons|mistakes|habits|questions|hacks|signs (you|your|that|it'?s|of (an?|burnout)))\b",
            r"^\W*{count} ([\w+#.'/-]+ ){0,4}(tools|books|gifts|gadgets|skills|ideas|facts|extensions|plugins|templates|channels|podcasts|newsletters|blogs|courses|resources|boards|apps|libraries|frameworks|models|alternatives|projects|repos(itories)?|introductions|talks|websites|sites|tags|features) (to|for|every|that|you|i|we (love|use|like)|worth|on|of 20\d\d|in 20\d\d)\b",
            r"^\W*{count} ([\w+#.'/-]+ ){0,3}(tools|books|gifts|gadgets|skills|ideas|facts)$",
            r"^\W*{count} [\w-]+ worth (reading|knowing|watching)\b",
            r", ranked$",
            r"^(the|my|our) {count} (best|worst|most|biggest|greatest|top|coolest|weirdest|favou?rite)\b",
            r"^the (best|worst|most|biggest|greatest) .*\b(outages|flaws|bugs|tools|releases) of (20\d\d|the (year|decade))\b",
        ],
    )
    .unless(&[
        // What happened to those who write, told in points, is no advice; what they like or use still is.
        r"^\W*{count} .*\b(things|ways|reasons|mistakes|tricks|tips|habits|questions) (that |which )?(\w+ ){0,3}(when|while|after|before|since|as|once|until) (we|i|our|my)\b",
        r"^\W*{count} .*\b(things|ways|reasons|mistakes|tricks|tips) (that |which )?(we|i)( have|'ve|'d| had)? (\w+ )?(\w{3,}ed|learnt|made|broke|got|did|found|had|saw|wrote|built|ran|left|lost|kept|took|went|chose|threw|wish)\b",
        r"\b(malicious|infect(ed|s)|trojani[sz]ed|backdoored|rogue|fake|look-?alikes?|hacking|hackers'?|stolen|deleted|found|posed|leak(s|ed)?|(years|months|weeks|days|hours|minutes|thousand|hundred|million) of)\b",
        r"^\W*\d+\+? ([\w.-]+ )?(packages|plugins|libraries|repositories|images|flaws|bugs|holes|vulnerabilities|cves|countries|states|firms|companies|vendors)\b",
        r"^\W*\d+\+? (\w+ )?(extensions|apps) (infected|stole|steal|sold|sell|leak\w*|were|caught|track\w*|shared?|sp(y|ied))\b",
        r"\b(released?|supercomputers?)\b",
        r"\[pdf\]",
    ]),
    title(
        Listicle,
        &[r"^(the |my |our )?top (\d{1,3}|ten|five|twenty)( |$)", r"^(the )?best .*\b(of|in|for) 20\d\d\b"],
    )
    .unless(&[
        r"\b(released?|percentile|supercomputers?|vulnerabilit(y|ies)|flaws?|weakness(es)?|cves?|exploit(s|ed)|breach(es|ed)?|malware|ransomware|malicious|compromised|infected)\b",
        r"top500",
        r"\bdeals?\b",
    ]),
    // A digest of what others wrote. A project's report of its own week is news.
    title(
        Listicle,
        &[
            r"\b(weekly|monthly|daily|newsletter|links|bookmarks|digest)\b.{0,20}(#|issue |no\.? |vol\.? ?|edition |week )\d+",
            r"\b(weekly|monthly|daily) \d{2,}\b",
            r"^this week in [\w.+-]+ #?\d+",
            // With a headline of its own it is one of a series of articles.
            r"^issue #?\d+(\W*$|\W+({month}\b|\d)|\b.*(,.*,|&|\band more\b))",
            r"\bweek in review\b",
            r"\b(weekly|monthly|news|link) (round-?up|digest|recap|links)\b",
            r"^(weekend |weekly |monthly |my )?reading list\b",
            r"\blinks,? (week|#) ?\d+",
            r"\blinks of the (week|month)\b",
            r"^{weekday} links\b",
            r"^\w+ weekly: ",
            r"\broundup: .*,.*",
            r"^(links|bookmarks) (for|of|from) \w",
        ],
    )
    .from(REPORTERS),
];
