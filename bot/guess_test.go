package bot

import (
	"testing"
	"time"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// It is Wednesday 10:00 in Berlin. What a sentence leaves open must stay open:
// a wrong guess costs more than a question.
func TestWhatASentenceSays(t *testing.T) {
	now := wednesday(t)
	berlin := now.Location()
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, berlin) }
	const (
		broken = domain.BreakFix
		advice = domain.Advice
	)
	for text, want := range map[string]guessed{
		"our checkout is down in production since 9, sev 1": {kind: broken, environment: production, since: at(4, 9, 0), severity: terms.Sev1},
		"Azure VMs crash on staging from yesterday 14:00":   {kind: broken, product: "azure/virtual-machines", environment: nonProduction, since: at(3, 14, 0)},
		"AKS nodes not working, 20 min ago":                 {kind: broken, product: "azure/kubernetes-service", since: at(4, 9, 40)},
		"severity: b, the report is late":                   {kind: broken, severity: terms.SevB},
		"which SKU is better?":                              {kind: advice},
		"Which SKU is better, and it throws error 500":      {}, // both: ask
		"how do we size Azure SQL Database":                 {kind: advice, product: "azure/sql-database"},
		"sev 1 or sev A?":                                   {}, // two severities: ask
		"severity 10, section 1A":                           {},
		"since 95% of users":                                {},
		"down since 23:00":                                  {kind: broken, since: at(3, 23, 0)},
		"down since today 23:00":                            {kind: broken}, // not yet
		"from production to test":                           {},
		"it fails in production and in test":                {kind: broken}, // both: ask
		"Azure SQL Database and Azure Firewall are down":    {kind: broken}, // two products: ask
		"the windows of our server room, teams and word":    {},             // none of these is a product here
		"Azure Virtual Machine Scale Sets":                  {product: "azure/virtual-machine-scale-sets"},
		"it happened on a vm":                               {}, // a short name counts as it is written
		"hello":                                             {},

		"生产环境的 Azure SQL Database 从9点开始报错，严重性A": {kind: broken, product: "azure/sql-database", environment: production, since: at(4, 9, 0), severity: terms.SevA},
		"测试环境昨天下午3点半开始变慢":                       {kind: broken, environment: nonProduction, since: at(3, 15, 30)},
		"网站挂了，20分钟前，严重级别为1":                     {kind: broken, since: at(4, 9, 40), severity: terms.Sev1},
		"请问如何选择虚拟机规格？":                          {kind: advice, product: "azure/virtual-machines"},
		"怎么解决这个报错":                              {}, // asks, and it fails

		"本番環境の Azure Functions が9時から動かない、重大度1": {kind: broken, product: "azure/functions", environment: production, since: at(4, 9, 0), severity: terms.Sev1},
		"昨日の14時から検証環境でエラーが出ます":                 {kind: broken, environment: nonProduction, since: at(3, 14, 0)},
		"どの構成がよいか教えてください":                      {kind: advice},
		"重大度：Ｃ、帳票が出力できません":                     {kind: broken, severity: terms.SevC},
	} {
		got := guess(terms.Current(), text, now, berlin)
		if !got.since.Equal(want.since) {
			t.Errorf("%q began at %v, want %v", text, got.since, want.since)
		}
		got.since, want.since = time.Time{}, time.Time{}
		if got != want {
			t.Errorf("%q says %+v, want %+v", text, got, want)
		}
	}
}
