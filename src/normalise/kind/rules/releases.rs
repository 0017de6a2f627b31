//! New versions.

use super::{Rule, tag, title, title_over};
use crate::model::item::Kind::Release;

pub(super) const RULES: &[Rule] = &[
    title(
        Release,
        &[
            r"\brelease notes\b( (for|of)\b| ?[:(-])",
            r"^(\W*[\w.+#]+\W* ){1,3}release notes$",
            r"^changelog( for)?:? v?\d",
            r"\bchangelog (for )?v?\d",
            r"\bchangelog #?\d+",
            r"[:-] changelog$",
            r"^releases?:? v?\d",
            r"^release of \w",
            r"^new (crate |package )?version published: \S+ v?\d",
            r"^((extended |early )?stable|beta|dev) channel update\b",
            r"^new( release| version)?: \S+( \S+)? v?\d",
            r"^\W*\[(ann|announce)\] .*\d",
            r"\bwhat'?s new in\b.*\d",
            r"\bnew in\b.*\d(\.\d)?",
            r"\b\d+(\.\d+)*: what'?s (new|changed|in it)\b",
            r"\b(highlights|announcement) (from|of) \w+ \d",
            r"\b{month} 20\d\d release$",
            r"\b[\w.+#-]+ (v?\d+|{version}) (final |stable )?(release(d)?( (blog|notes|candidate|announcement))?|highlights|lts|changelog|is here|is out|rc ?\d*|beta ?\d*|alpha ?\d*|preview ?\d*|general availability)( ?$|[!:,(.-]| \W)",
            r"\brelease v?{version}",
            r"\b(hits|reaches|reached) (v?1\.0|general availability|stable)\b",
            r": general availability$",
            r"\b{version}\S*\b.*\b(released?|(is |finally )?(out|here)|out now|(now|is|generally) available|available( (now|for testing|for download|today)|$)|general availability|ga|lands|landed|ships|shipped|arrives|arrived|are here|release candidate|hits stable|goes (ga|stable)|brings|adds|introduces|debuts|delivers|unveiled|comes with|rolls out|rolling out|see all new)\b",
            r"\b(announcing|introducing|releas(es|ing|ed)|launch(es|ed|ing)|unveils|ships|shipped|presenting|say hello to)\b.*\b({version}|v\d+)\b",
            r"\b(ships|launches|releases|unveils) {product} \d+\b",
            r"^(introducing|announcing) [\w.+#-]+( [\w.+#-]+)? \d{1,3}$",
            r"\bv?\d+(\.\d+)* (has been |have been |is |was |are |now )*released\b",
            r"\bv?\d+ (is|are) (now )?(out|available|here|released|generally available)\b",
            r"\brelease of\b.*\d\.\d",
            r"\breleases? (version )?{version}",
            r"\b{version} (is )?(out|mainline|stable)\b",
            r"\bversion {version}",
            r"\b\S+ \d{1,3}( \W?[\w ]+\W?)? (arrives|lands|is out|is here|out now|has landed|ships) (with|without|for|and)\b",
            r"\b(rc|beta|alpha|preview|milestone|canary) ?\d* (is |are |now )*(out|available|ready|released|here)\b",
            r"^[\w.+#-]+( [\w.+#-]+){0,2} \d{1,3} (beta|alpha|rc|lts|ga|preview)( \d+)?\b",
            r"\b\d+(\.\d+)* (has|have) (just |now |finally )?(landed|shipped|arrived|been (released|tagged|published))\b",
            r"\b(is|are) now stable$",
            r"\b(version|release) {version}\)",
            r"\b{version} (on the|now on|hits) (mirrors?|npm|pypi|crates)\b",
            r"\bgoes (ga|stable)\b",
            r"\b{version}(rc|b|a)\d+\b",
            r"^release: \S+ v?\d",
            r"^v?{version} [/|-] ",
            r"^[\w.+-]+ b\d{3,}$",
            r"\b{version} can (now|finally)\b",
            r"^{product} v?\d{1,3}(\.\d+)*$",
            r"^{product} v?\d{1,3} (brings|adds|lands|ships|gets|improves|makes|introduces|comes|drops|with)\b",
        ],
    )
    .unless(&[
        r"\b(lessons|upgrad(e|es|ed|ing)|migrat\w+|how (to|we|i)|why|sneak peek|removals?|deprecat(ed|ion|ions|ing)|benchmark\w*|vs\.?|versus|compar\w+|regression|bugs?|broke|breaks?|review|hands-on|anatomy|explained|guide|months left|end of life|eol|cadence|schedule|planned|delayed|roadmap|wish ?list|what we (know|want)|rumou?rs?|leak(s|ed)?|date|album|movie|film|trailer|reverse|running|building|install(ing)?|writ(e|ing)|party|celebrat\w+|nobody|reads?|better|our|your|automat\w+)\b",
        r"\b(million|billion|percent|magnitude|earthquake|score|people read|tested|on a|emulat\w+|port(ed|ing)|years? (of|later|ago|after)|features in|anniversary|average|income|prices?|an analysis of)\b",
        r"\bafter \w+ v?\d",
        r"\?$",
        r"^(ask|tell) hn\b",
        r"\b\d+\.\d+ ?%",
        r"[$]\d",
    ]),
    // A name and a version, and nothing else.
    title(
        Release,
        &[
            r"^v?\d+\.\d+(\.\d+)*([-+.~]?(rc|beta|alpha|pre|p|post|dev|stable)[\w.-]*)?$",
            r"^(releases? )?[\w./@+-]{1,40}[ @/-]v?\d+\.\d+\.\d+\S*( \([\w ]+\))?$",
            r"^[\w./@+#-]+( [\w./+#-]+){0,3}( v?\d+\.\d+[\w.-]*| v\d+)( \([\w ]+\))?$",
            r"^(january|february|march|april|may|june|july|august|september|october|november|december) 20\d\d \((version|release|v)",
        ],
    )
    .unless(&[
        r"^(web|industry|http|tls|usb\S*|html|css|bluetooth|wi-?fi|chapter|part|episode|ep|week|day|issue|vol|volume|section|windows|area|boeing|falcon|level|catch|from|to|at|in|of|the|a|project|why|how|is|about|over|under|only|than|just|migrating|moving|upgrading|upcoming|source code|running|playing|porting|getting started|learning|using|hello|(an )?introduction|intro|\d+(st|nd|rd|th))\b",
        r"\b(from|to|at|in|of|than|for|by|and|or|vs|with|is|was|are|be|about|over|under|between|part|chapter|episode|only|magnitude|grew|rose|fell|score|rated|version|http|tls|usb|web|on|page|agent|earth|industry|html|protocol|acquires|returns|extra) v?\d+(\.\d+)*\w?$",
        r"\b(worth|raises|cost|billion|million|iq|anniversary|features in|terms)\b",
        r"\b(and|after) \w+ v?\d",
    ]),
    // A name, a version and what it is about. What a community marks as somebody's own work may be a version of it.
    title(
        Release,
        &[
            r"^[\w.+#@/-]+( [\w.+#-]+){0,4} {version}(-[\w.]+)?( (rc|beta|alpha|lts|preview|final|release|stable)( ?\d+)?)?(:| -|,|\(| [^\w\s]) ?\w",
            r"^[\w.+#@/-]+( [\w.+#-]+){0,2} {version} (with|without|for|\w{3,}(es|s)) \w",
            r"^[\w.+#-]+( [\w.+#-]+)? {version} out with\b",
            r"\b(update|release) (brings|adds|ships|includes|comes with)\b.*\d\.\d",
            r"^[\w.-]+/[\w.-]+ \({version}(-[\w.]+)?\)$",
            r"^show hn: [\w.+#-]+( [\w.+#-]+){0,2} (v?\d+(\.\d+)+|v\d+)([:,(-]| -|$| (is|released|with|now|out))",
            r"^show hn: .*\b(shipped|released|launched|finished|released?) v?\d",
        ],
    )
    .unless(&[
        r"^(web|industry|tls|usb\S*|html|css|bluetooth|wi-?fi|oauth|wcag|pep|rfc|arxiv|chapter|part|episode|http/?|http|log4j|area|section|issue|day|week|mit|fun with|multiplayer|new|upcoming|remembering|run|\d+)[ /]?v?\d*",
        r"\b(lessons|upgrad(e|es|ed|ing)|migrat\w+|why|how|benchmark\w*|vs\.?|versus|compar\w+|regress\w*|bugs?|broke|breaks?|broken|review|hands-on|anatomy|explained|guide|eol|end of|months|years?|removals?|deprecat\w+|sneak peek|outage|incident|post-?mortem|vulnerab\w+|cve|flaw|exploit|tutorial|introduction|primer|first look|thoughts|opinion)\b",
        r"\b(is dead|considered|harmful|problem with|myth|what (you|it) (need|means|is)|should you|worth it|too|fails?|delayed|cancelled|leak\w*|says? goodbye|leaves?|leaving|loses|earthquake|percent|users|issues|problems|has|needs|patients|proposal|wishlist|slow|my|coming in|part \d)\b",
        r"\?$",
        r"\bpdf\b",
        r"[$]\d",
        r"\d ?%",
        r"\b(a|the|of|from|to|than|at|by) v?\d+\.\d",
    ]),
    title_over(
        Release,
        r"\b((just |have |has |we )?released\b|is here\b|release (fixes|contains|includes|brings|adds|introduces|consists)|is out\b|(happy|pleased|excited|proud|delighted) to (announce|release|share)|new (version|release)|bug ?fix(es)?|changes:|release candidate|is now available|to upgrade, run|changelog|release notes)",
        &[r"^[\w.+#/-]+( [\w.+#-]+){0,3} v?\d[\w.-]*( [^?:]{0,30}|:[^?]*)?$"],
    )
    .unless(UPON_A_VERSION),
    title_over(
        Release,
        r"\b(happy|pleased|excited|proud|delighted) to (announce|release) (\w+ ){0,3}v?\d+(\.\d+)*",
        &[r"\b(release|update)\b"],
    )
    .unless(UPON_A_VERSION),
    tag(Release, &[r"^(releases?|release[- ]notes|changelog)$"]),
];

/// What is written when a version is there, and is not word of it.
const UPON_A_VERSION: &[&str] = &[
    r"\b(lessons|upgrad\w+|migrat\w+|why|how|what (is|does|makes)|benchmark\w*|vs|compar\w+|review|anatomy|explained|guide|eol|end of|months left|removals?|deprecat\w+|outage|incident|post-?mortem|tutorial|introduction|first look|thoughts|is dead|weekly|issue|week|round-?up|raises|chapter|part|episode|tips|ways|things|reasons)\b",
    r"\?$",
];
