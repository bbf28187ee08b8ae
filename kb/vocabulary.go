package kb

import (
	"cmp"
	"strings"
)

// little are words that say nothing about which entry is meant.
var little = wordSet(`a about above all also am an and any anything are as at be been being between both but by called can could did do does done
	else for from get gets given had has have having he her here him his how i if in into is it its just kind let like made make makes many may me
	might more most must my need needs no not of off on once only or other our out over own same shall she should so some something such than that
	the their them then there these they thing things this those through to too under up us use used uses using very was way we were what when
	where which while who whom why will with would you your yours kubernetes k8s ensure ensures ensuring guarantee guarantees sure certain property way sort part
	type different called named does whats s t don doesn`)

// comparing are words that ask for more than one entry.
var comparing = wordSet(`vs versus difference differences differ compare compared comparison`)

// synonyms are stems that stand for one another: learners and our texts need not use the same word.
var synonyms = synonymMap(
	"each everi per",
	"node machin host vm",
	"choos pick decid chosen determin find",
	"awai repel prevent block off reject",
	"limit maximum max cap restrict bound ceil",
	"access permiss right privileg",
	"databas db datastor",
	"team custom tenant",
	"recur repeat period regular",
	"night nightli",
	"dai daili",
	"earlier previou",
	"end complet finish termin exit",
	"divid isol separ partit apart",
	"cloud aw azur gcp amazon",
	"old former formerli remov gone replac deprec",
	"send forward ship",
	"collect gather scrape fetch aggreg pull",
	"start begin launch",
	"score rank",
	"app applic",
	"configur config",
	"descript describ",
	"number count",
	"spread balanc distribut",
	"tini small",
	"plugin plug",
	"compon process daemon",
	"place assign land put",
	"run execut",
	"updat upgrad",
	"talk commun",
	"copi replica instanc",
	"stabl fix static perman persist",
	"central unifi",
	"prepar setup",
	"author authoris",
	"hold keep maintain",
	"store save",
	"alert alarm notifi",
	"desir want",
	"actual current observ",
	"prefer favor favour",
)

// synonymMap leads the stems of each group to its first.
func synonymMap(groups ...string) map[string]string {
	m := map[string]string{}
	for _, g := range groups {
		stems := strings.Fields(g)
		for _, s := range stems[1:] {
			m[s] = stems[0]
		}
	}
	return m
}

// meaning returns the stems of the words that say something, in their order.
func meaning(words []string) []string { return stemmer(nil).meaning(words) }

// sequence is meaning with each stem replaced by the first of its synonyms.
func sequence(words []string) []string {
	stems := meaning(words)
	for i, s := range stems {
		stems[i] = asOne(s)
	}
	return stems
}

// asOne returns the first of a stem's synonyms.
func asOne(stem string) string { return cmp.Or(synonyms[stem], stem) }
