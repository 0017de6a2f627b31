//! The table of kinds. The first rule that holds decides, so what keeps an item out comes first, then what a
//! reader must not miss, then what says how a text is written, then what says merely what it is about.

use crate::model::item::Kind;
use crate::model::source::Role;

/// Where a rule looks.
pub(super) enum Place {
    Title,
    /// The title, if the source is one of these.
    TitleFrom(&'static [Role]),
    /// Each tag alone.
    Tag,
    /// The beginning of the excerpt.
    Opening,
}

/// One row: the kind, where it shows, by what (in lower case, as its text will be), and what in the title speaks against it.
pub(super) struct Rule {
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) holds: &'static str,
    pub(super) unless: Option<&'static str>,
}

const fn title(kind: Kind, holds: &'static str) -> Rule {
    Rule { kind, place: Place::Title, holds, unless: None }
}

const fn title_unless(kind: Kind, holds: &'static str, unless: &'static str) -> Rule {
    Rule { kind, place: Place::Title, holds, unless: Some(unless) }
}

const fn title_from(roles: &'static [Role], kind: Kind, holds: &'static str) -> Rule {
    Rule { kind, place: Place::TitleFrom(roles), holds, unless: None }
}

const fn title_from_unless(roles: &'static [Role], kind: Kind, holds: &'static str, unless: &'static str) -> Rule {
    Rule { kind, place: Place::TitleFrom(roles), holds, unless: Some(unless) }
}

const fn tag(kind: Kind, holds: &'static str) -> Rule {
    Rule { kind, place: Place::Tag, holds, unless: None }
}

const SELLERS: &[Role] = &[Role::Vendor];
const REPORTERS: &[Role] = &[Role::Press, Role::Community, Role::Aggregator];
const MAKERS: &[Role] = &[Role::Primary, Role::Vendor];
const REGISTERS: &[Role] = &[Role::Database];
/// Those who write of their own work; in a headline or a product's news the same words are only its subject.
const PRACTITIONERS: &[Role] = &[Role::Primary, Role::Community, Role::Aggregator];

/// A study of something, not word of it.
const STUDY: &str = r"\bhow (we|i|to)\b|anatomy|deep[- ]dive|under the hood|inside|lessons|write-?up|exploiting|story of|analysis|history of|explained|\bfinding\b";

/// The same, and what looks like a hole being closed and is not: advice, doubt, other senses of the words.
const STUDY_OR_ADVICE: &str = r"\bhow (we|i|to)\b|anatomy|deep[- ]dive|under the hood|inside|lessons|write-?up|exploiting|story of|analysis|history of|explained|\bfinding\b|\?$|^(fix|patch|stop|why|can|could|should|you|nothing|no)\b|\b(dependency|constructor|fault|failure|latency|error) injection|\b(cache|proxy|paywall) bypass|\bescape (key|sequence|character|code|analysis|hatch)";

use Kind::{
    Advisory, Announcement, Article, DeepDive, Deprecation, Event, Incident, Introduction, Job, Listicle, Opinion,
    Practice, Release, Research, Sponsored, Tutorial,
};

pub(super) const RULES: &[Rule] = &[
    // What nobody should be mailed.
    title(
        Sponsored,
        r"^\W*(sponsored|promoted|advertisement|advertorial|paid post)\s*[:|\])-]|[\[(](sponsored?|ad|promoted|paid)[\])]",
    ),
    title(Sponsored, r"\bsponsored (post|content|by|article)\b|\bpaid partnership\b|\bbrought to you by\b"),
    title(
        Sponsored,
        r"\b(coupons?|promo codes?|discount codes?|voucher codes?|affiliate links?)\b|\bdiscounted to [$]|\bfor (just|only) [$]\d",
    ),
    title_unless(
        Sponsored,
        r"\b(up to |save |get |extra )?\d{1,2} ?% off\b|\bsave (up to )?[$]\d|\b(black friday|cyber monday|prime day)\b.*\b(deals?|offers?)\b|\bdeals? of the (day|week)\b|\blowest price\b|\bon sale for\b",
        r"\b(shav|cut|took|tak|knock|trim|slash|shed)\w*\b|\bwe\b",
    ),
    title_from(
        SELLERS,
        Sponsored,
        r"\b(webinars?|white ?papers?|e-?books?|free trial|book a demo|request a demo|customer story|case study)\b",
    ),
    tag(Sponsored, r"^(sponsored( posts?| content)?|advertisement|advertorial|promoted|deals|coupons?)$"),
    Rule {
        kind: Sponsored,
        place: Place::Opening,
        holds: r"^\W*(sponsored (by|post|content)|advertisement\b|this (post|article|content) is sponsored|in (paid )?partnership with)",
        unless: None,
    },
    title_unless(
        Job,
        r"\bwe'?( a)?re hiring\b|\bwho('?s| is) hiring\b|\bwho wants to be hired\b|\b(is|are) hiring\b|\(yc [a-z]\d\d\b.*\bhiring\b|^(job|jobs|hiring|vacancy|now hiring)\s*:|[\[(](hiring|job)[\])]",
        r"^(why|how|what)\b.*\bis hiring\b|\bhiring (freeze|spree|again|fewer|less|slow|bad|so|hard|broken|process|bubble)",
    ),
    title(
        Job,
        r"^(job (opening|offer|vacancy)|open positions?|vacancy)\b|\bjoin our (\w+ ){0,2}team\b|\(m/[fw]/[dx]\)|\([fw]/m/[dx]\)|\bcareer opportunit",
    ),
    tag(Job, r"^(jobs?|vacanc(y|ies))$"),
    title_unless(
        Event,
        r"\bcall for (papers|proposals|speakers|participation)\b|\bcfp\b|\bregist(er now|ration (is )?(now )?open)\b|\bsave the date\b|\bjoin us (at|for|in|on|this)\b|\b(early[- ]bird|tickets)\b.*\b(sale|available|now)\b|\bwebinar\b|\blive ?stream:|\bmeetup (#|no\.? ?)\d+|\bschedule (is )?(now )?(live|announced|published)\b",
        r"\b(recap|highlights|lessons|what we learned|postmortem)\b",
    ),
    tag(Event, r"^(events?|webinars?|meetups?)$"),
    // A count of pieces of advice. A count of packages or flaws is news, and comes before what must not be missed.
    title_unless(
        Listicle,
        r"^\W*((the|my|our|these|here are)\s+)?(top\s+)?\d{1,3}\+?\s+(([\w+#.'/-]+\s+){0,5}(tips|tricks|ways|things|reasons|mistakes|habits|signs|questions|hacks)|([\w+#.'/-]+\s+){0,3}(tools|books|gifts|gadgets|skills|ideas|facts))\b",
        r"\b(malicious|infect(ed|s)|trojani[sz]ed|backdoored|rogue|fake|look-?alikes?|hacking|hackers'?|stolen)\b|^\W*\d+\+? ([\w.-]+ )?(packages|extensions|plugins|apps|libraries|repositories|images|flaws|bugs|holes|vulnerabilities|cves|countries|states|firms|companies|vendors)\b|\b(released?|supercomputers?)\b",
    ),
    title_unless(
        Listicle,
        r"^(the |my |our )?top (\d{1,3}|ten|five|twenty)\b|^the best .*\b(of|in|for) 20\d\d\b",
        r"\b(released?|percentile|supercomputers?|vulnerabilit(y|ies)|flaws?|weakness(es)?|cves?|exploit(s|ed)|breach(es|ed)?|malware|ransomware|malicious|compromised|infected)\b|top500",
    ),
    // Prefixes by which a community says what a post is.
    title(Announcement, r"^(show|launch) hn\b"),
    title(Article, r"^(ask|tell) hn\b"),
    // What must not be missed.
    title_from(REGISTERS, Advisory, r"^\W*[a-z]{2,10}-(19|20)\d\d-\d{2,}\b"),
    title_unless(
        Advisory,
        r"\bcve-\d{4}-\d{4,}|\bghsa(-\w{4}){3}|\b(dsa|dla|usn|rhsa|glsa|elsa|rustsec|psa)-\d[\d:-]+|\b(go|pysec|mal|osv|jvndb|euvd|talos)-\d{4}-\d{2,}",
        STUDY,
    ),
    title_unless(
        Advisory,
        r"\bsecurity (advisor(y|ies)|bulletins?|updates?|fix(es)?|releases?|patch(es)?|notice|alert)\b|\bpatch tuesday\b|\b(0|zero)-?days?\b|\bactively exploited\b|\b(critical|severe|high-severity|serious|unauthenticated) (\w+ ){0,3}(flaw|bug|vulnerabilit|rce|hole)|\bvulnerabilit(y|ies) (in|patched|fixed|disclosed|found|affecting|allows?)\b|\bremote code execution (in|flaw|bug|vulnerabilit)|\b(flaw|bug)s? (lets?|allows?) attackers?\b",
        STUDY,
    ),
    title_unless(
        Advisory,
        r"\b(fix(es)?|closes|patches|plugs)\b[^:]*\b(request smuggling|(path|directory) traversal|\w* ?injection|sandbox (\w+ ){0,2}(escape|breakout|hole|flaw|bug)|xss|cross-site scripting|csrf|ssrf|xxe|rce|code execution|((buffer|heap|stack|integer)[- ](based )?(buffer )?|buffer )overflows?|(\w+ )?bypass|privilege escalation|use-after-free|deserialization|prototype pollution|open redirect|escape (from|in|via|flaw|bug|hole)|(container|vm|guest|hypervisor|jail) escapes?|security (hole|flaw|bug)s?)\b",
        STUDY_OR_ADVICE,
    ),
    tag(Advisory, r"^(security[- ]advisor(y|ies)|vulnerabilit(y|ies)|cve)$"),
    title(Research, r"^(paper|papers|preprint|new paper|paper review): "),
    // One incident, named; what follows could as well be about incidents.
    title_unless(
        Incident,
        r"^(\W*(resolved|update|public|brief|short|full|a|an|the|our)\b\W*)*(post-?mortem|incident (report|summary|retrospective|update|review)|root cause analysis)(:| (of|for|on) (the|our|this|that|last|yesterday'?s?|\w+day'?s?|\d+)\b)|\b(an?|the) (\w+ |\w+-\w+ ){0,2}outage (at|hits|hit|affecting|took|takes|left|leaves|knocks|knocked)\b",
        r"\bhow to\b|\bwrit(e|ing|ten)\b|\bculture\b|\btemplates?\b|\bguides?\b|\bpractices?\b|\bblameless\b|\b(next|first|rest) (of )?",
    ),
    title_unless(
        Incident,
        r"\bpost-?mortem\b|\bincident (report|review|retrospective|summary|update|on)\b|\boutages?\b|\broot cause analysis\b|\bservice disruption\b|\bwhat (happened|went wrong) (on|during|with our)\b|\b(data|security) breach\b|\bbreach(ed)? (of|at|disclosed|exposes?|exposed)\b|\bis (back up|down again|currently down)\b|\bdegraded (performance|service)\b|\bhow (we|i) (took down|broke|brought down|deleted)\b",
        r"\bhow to\b|\bwrit(e|ing)\b|\bculture\b|\btemplates?\b|\bguide\b|\bpractices?\b|\bblameless\b|\bbetter\b|\bwhy (we|you|i)\b|\bprevent|\b(ftc|fine[sd]?|lawsuit|sue[sd]?|settle\w*|cover[- ]?up|scam)\b|\b(an?|your|every|any|each|most|good) ([\w'-]+ )?(incident|post-?mortem|outage)\b|\bwritten\b|\b(read|reading|running|reviewing|learning from) ([\w'-]+ ){0,3}(incident|post-?mortem|outage)",
    ),
    title_unless(
        Incident,
        r"\b(goes|went) dark\b|\bunreachable\b|\b(vanish(es|ed)|disappear(s|ed)) from the (internet|web|net)\b|\b(were|was) (down|stopped|offline|unavailable|unreachable) for (\w+ ){0,3}(hours?|minutes|days)\b|\b(knocked|taken|goes|went|fell|falls) offline\b",
        r"\b(mode|theme|themed|protest|police|fbi|europol|botnet|seiz\w+|how to|why)\b|^unreachable\b|unreachable!|\bunreachable (code|states?|branch(es)?|arms?|patterns?|blocks?|objects?|memory|paths?|functions?|statements?)\b|\b(code|branch|state|arm|block|statement)s? (\w+ )?unreachable\b",
    ),
    title(
        Incident,
        r"\b(confirms?|discloses?|suffers?|hit by|reports?) (\w+ ){0,3}(breach|ransomware|outage|cyber ?attack)",
    ),
    title_unless(
        Deprecation,
        r"\bend[- ]of[- ](life|support|sale|maintenance)\b|\beol\b|\bdeprecat(ed|es|ing|e)\b|\bdeprecations? (of|notices?|announcement|reminder|schedule|timeline)\b|(^|: *)deprecations?( (and|for|from|in|on)\b| *[:;,.!(/&-]|$)|\b(upcoming|planned|scheduled|pending) (\w+ ){0,2}deprecations?\b|\bsunset(ting|ted)\b|\bsunsets (the|its|support|v\d|free)\b|\b(to|will|the|be|is) sunset\b|\bsunset of\b|\bwill (soon )?be (removed|retired|discontinued|turned off|switched off|shut down|phased out)\b|\bis being (removed|retired|phased out)\b|\bno longer (be )?(supported|support|maintained|supports)\b|\bdiscontinu(es|ed|ing|ation)\b|\b(is|are) (retiring|going away|reaching its end)\b|\bretirement of\b|\bsupport (for [\w .]+ )?(is )?end(s|ing)\b|\bends? support\b|\bphas(es|ing) out\b|\blast (ever )?release of\b|\bend of the line for\b",
        r"\breleased\b|\bavailable\b|^how (to|we|i)\b|\b(guide|strategy|strategies|policy|history|warnings)\b|^(why|should)\b",
    ),
    // Something ends on a named day.
    title_unless(
        Deprecation,
        r"\b(ends?|ending|(be|is|are|being|gets?) (disabled|switched off|turned off))\b[^?]{0,20}\b(on|by|in|after) ((the )?\d{1,2}(st|nd|rd|th)? (of )?)?(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)\b|\b(ends?|(be|is|are) disabled)\b[^?]{0,20}\b(on|by) 20\d\d-\d\d-\d\d\b",
        r"\breleased\b|^(how|why|should)\b|\b(voting|votes?|polls?|(early[- ]bird|ticket|book|summer|winter) sale|offers?|promotion|discounts?|registration|submissions?|applications|cfp|call for|contest|competition|hackathon|jam|conference|strike|ceasefire|war|season|sentence|trial|election|fundraiser|consultation)\b|\bconf\b|\w+conf\b|\b(week|dead|front|back|high|low|year)[- ]ends?\b|\bend[- ]to[- ]end\b",
    ),
    title_unless(
        Deprecation,
        r"\b(drops?|dropping|ends|ending|removes|removing) support for\b|\b(is|are|will be|will|to) (shut(ting)? down|shutter)\b|\bshutting down\b",
        r"\b(fbi|police|botnet|europol|court|government|released|factory|factories|nuclear|plants?|stores?|atms?|graceful(ly)?|how)\b",
    ),
    title(
        Release,
        r"\brelease notes\b|^changelog\b|\bchangelog (for )?v?\d|[:-] changelog$|^releases?:?\s+v?\d|\bwhat'?s new in\b.*\d|\bnew in\b.*\d\.\d",
    ),
    title_unless(
        Release,
        r"\bv?\d+(\.\d+)+\S*\b.*\b(released?|is out|out now|(now|is|generally) available|lands|landed|ships|shipped|arrives|is here|release candidate|beta|alpha|hits stable|goes ga)\b|\b(announcing|introducing|releas(es|ing|ed)|launch(es|ed)|unveils|ships|meet)\b.*\bv?\d+(\.\d+)+\b|\bv?\d+(\.\d+)* (has been |is |was |now )?released\b|\brelease of\b.*\d|\breleases? (version )?\d",
        r"\b(lessons|upgrading|migrating|how (to|we|i))\b",
    ),
    title(
        Release,
        r"^v?\d+\.\d+(\.\d+)*([-+.~]?(rc|beta|alpha|pre|p|post|dev|stable)[\w.-]*)?$|^(releases? )?[\w./@+-]{1,40}[ @/-]v?\d+\.\d+\.\d+\S*$",
    ),
    tag(Release, r"^(releases?|release[- ]notes|changelog)$"),
    // How a text is written.
    title_unless(
        Introduction,
        r"\b(an?|the|gentle|brief|short|quick|practical|visual|illustrated) (\w+ )?(introduction|intro|primer)\b|\b(introduction|intro) to\b|\bprimer on\b|\bfor (absolute |complete |total )?beginners\b|\bbeginner'?s?'? (guide|course|tutorial|introduction)\b|\bfrom first principles\b|\bgetting started\b|\b(the )?basics of\b|\bfundamentals of\b|\bcrash course\b|\beli5\b|\bfor (dummies|newcomers|the uninitiated|new programmers|juniors?)\b|\b(build|write|mak|creat)(e|ing)? your first\b|\bin plain english\b|\bdemystif(ied|ying)\b|\bwhat every (\w+ )?(developer|programmer|engineer) should know\b",
        r"\breleased\b|\badvanced\b|\bwe\b|\bjust getting started\b",
    ),
    title_unless(
        Introduction,
        r"\bexplained( simply| visually| in \w+| with \w+)?[.!]?$|\bexplained:|\b101([.!?:]|$)|^what('?s| is| are) (an? |the )?[\w+#.-]+( [\w+#.-]+){0,3}\?$",
        r"^(what('?s| is| are) (going on|next|wrong|new|the (point|deal|matter|problem|future|best)|happening|up|left|your|our|my|it|this|that)\b)|http 101|\b(ceo|minister|court)\b|^\d",
    ),
    title(
        DeepDive,
        r"\bdeep[- ]dives?\b|\binternals\b|\bunder the hood\b|\bhow (does |do |the |an? )?[\w+#.'/-]+( [\w+#.'/-]+){0,5} (really |actually )?works?\b|\banatomy of\b|\binside (our|how)\b|\bdissect(ing|ed|ion)\b|\breverse[- ]engineer|\bthe architecture of\b|\ba (guided )?tour of\b|\bthe (inner workings|design|implementation) of\b|\bhow (we|i|they) (built|made|scaled|reduced|rewrote|optimi[sz]ed|sped|cut|found|moved|implemented|designed|solved|fixed|debugged|shaved)\b|\bwhy (is|are|does) .* (so )?(fast|slow|faster|slower)\b",
    ),
    title_from(REGISTERS, Research, r"^\[\d{4}\.\d{4,5}\]|\barxiv:"),
    title_unless(
        Research,
        r"\barxiv\b|\[(paper|research)\]|\b(empirical|systematic|longitudinal|large-scale) (study|analysis|evaluation|review|survey)\b|\bstudy (finds|shows|suggests|reveals|of)\b|\bresearchers? (find|found|show|showed|discover|demonstrate|build|built|develop|propose|have)\w*\b|\ba (survey|study|meta-analysis) of\b|\bnew (paper|study|research)\b|^(towards?|on the) [\w -]+: ",
        r"\bcase study\b",
    ),
    tag(Research, r"^(research|papers?|cs\.[a-z]{2}|stat\.ml|quant-ph|arxiv)$"),
    title_from_unless(
        PRACTITIONERS,
        Practice,
        r"\bcode reviews?\b|\bpull requests?\b|\bflaky tests?\b|\bon-?call\b|\b(technical|tech) debt\b|\b(unit|integration|regression|property-based|snapshot|mutation|load|end-to-end|e2e|contract|fuzz) test(s|ing)?\b|\btest(ing)? (strateg|pyramid|suite|coverage|doubles)|\btest-driven\b|\btdd\b|\brefactor(s|ing|ed)?\b|\bincident (response|management|command|reviews?|reports?|retrospectives?)\b|\bblameless\b|\bpost-?mortems?\b|\bpair(ing with| programming)\b|\bmob programming\b|\btrunk-based\b|\bcontinuous (integration|delivery|deployment)\b|\bci/cd\b|\bci pipelines?\b|\brunbooks?\b|\bfeature flags?\b|\bdeveloper (experience|productivity)\b|\bonboarding (engineers|developers|new|juniors?|people)\b|\bmentor(s|ing)?\b|\bcode quality\b|\blessons learned\b|\blessons from (\w+ing|production|an? outage|\w+ (years|months))\b|\b(what|things) (we|i)( have|'ve)? learned (\w+ )?\w+ing\b|\bdesign docs?\b|\badrs?\b|\bcommit messages?\b|\bwriting documentation\b|\bstory points\b|\bestimating (software|work|projects|tasks)\b|\bretrospectives\b|\bmigrating (from|to)\b|\bzero-downtime\b|\bslos\b|\bmaintainab(le|ility)\b|\bdebugging\b",
        r"^(announcing|introducing|launching)\b|\breleased\b|\b(raises|acquires?|acquired by|acquisition|buys|merges? with|public preview|generally available|now available|regulators?|court|parliament|lawsuit)\b|\bstart-?ups? (to )?(merge|raise|buy|acquire|launch|land|secure|close|win|get|join)s?\b|\b(reviews?|test(s|ing)|debugging|refactoring|delivery|deployment|productivity|experience|quality|integration|on-?call) start-?ups?\b",
    ),
    title(
        Tutorial,
        r"(^|[:|-] |\blearn )how to\b|\bstep[- ]by[- ]step\b|\btutorials?\b|\bwalk-?through\b|\bhands-on (guide|introduction|lab)\b|^(let's )?(build|building|write|writing|create|creating|implement|implementing|make|making|deploy|deploying) (your own |an? |my own )[\w+#.' -]+ (with|in|using|from|on)\b|\b(build|write|make) your own\b|\bfrom scratch\b|\b(complete|practical|definitive|comprehensive|quick|short|developer'?s?|survival|field) guide\b|\ba guide to\b|^(setting up|set up|configuring|deploying|installing) [\w+#. -]+ (with|on|in|for|from|to)\b|\bcookbook\b|\bcheat ?sheet\b",
    ),
    title_unless(
        Announcement,
        r"^(introducing|announcing|launching|meet|welcome|welcoming|unveiling)\b|\b(announces?|announced|unveils?|unveiled|launch(es|ed)|introduces?|open[- ]sourc(es|ed|ing)|acquires?|acquired by|to acquire|raises \$|partners with|joins the)\b|\b(is|are) (now )?(generally available|in public preview|in beta|open source)\b|\bnow (generally )?available\b|\bgeneral availability\b|\bpublic preview\b|\bcoming soon\b",
        r"^(why|how|should)\b",
    ),
    title_unless(
        Opinion,
        r"^why (i|we|you)\b|^i (hate|love|think|believe|quit|stopped|don't|was wrong|wish|miss|want)\b|\bconsidered harmful\b|\bin defen[cs]e of\b|\bthe case (for|against)\b|\bopinion\b|\brants?\b|\b(is|are) (dead|dying|overrated|underrated|broken|a mistake|a lie|a scam|evil|hard|wrong)\b|^(please )?(stop|don't|do not|quit) \w+|\byou (don't|do not|probably don't|shouldn't|should) (need|use|want|have|write|be|learn)\b|^should .*\?$|\bthe (problem|trouble) with\b|\b(my|some|a few) thoughts (on|about)\b|\bthoughts on\b|\bunpopular\b|\bmanifesto\b|^against \w+|^the (myth|tyranny|death|joy) of\b|\b(we|you) should\b",
        r"\breleased\b",
    ),
    tag(Opinion, r"^(opinion|commentary|editorial|essays?)$"),
    // What a text is about, where nothing else is known.
    title_from(MAKERS, Release, r"^[\w.+#-]+( [\w.+#-]+){0,4} v?\d+(\.\d+)+\b[^?]{0,40}$"),
    title_from(REPORTERS, Release, r"^[\w.+#-]+( [\w.+#-]+){0,3} v?\d+(\.\d+)+$"),
    title(Research, r"\[pdf\]$"),
    tag(DeepDive, r"^(deep[- ]dives?|internals)$"),
    tag(Practice, r"^(testing|code[- ]review|devops practice|best[- ]practices)$"),
    tag(Introduction, r"^(beginners?|introduction)$"),
    tag(Tutorial, r"^(tutorials?|how[- ]?to|guides?)$"),
    tag(Announcement, r"^(announcements?|launch)$"),
];
