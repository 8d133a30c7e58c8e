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
		"支持案例 生产环境的虚拟机从 9:50 开始全部宕机，严重性 A":      {kind: broken, product: "azure/virtual-machines", environment: production, since: at(4, 9, 50), severity: terms.SevA},
		"网站从9点50分起打不开":                          {kind: broken, since: at(4, 9, 50)},
		"自今天早上 8 点 30 分起报错":                     {kind: broken, since: at(4, 8, 30)},
		"昨天下午3点左右开始变慢":                          {kind: broken, since: at(3, 15, 0)},
		"今早8:20开始超时":                            {kind: broken, since: at(4, 8, 20)},
		"昨晚 11 点开始报错":                           {kind: broken, since: at(3, 23, 0)},
		"昨晚 1 点开始报错":                            {kind: broken}, // last night, or today's: ask
		"昨天开始报错":                                {kind: broken}, // no time of day: ask
		"从 11:50 开始报错":                          {kind: broken}, // not yet
		"从 3 台虚拟机开始迁移":                          {product: "azure/virtual-machines"},
		"刚才开始打不开":                               {kind: broken, since: at(4, 10, 0)},

		"インシデント 本番の仮想マシンが今朝 9:50 から止まっています 重大度 1": {kind: broken, product: "azure/virtual-machines", environment: production, since: at(4, 9, 50), severity: terms.Sev1},
		"ログが9時50分から出ず、エラーになります":                   {kind: broken, since: at(4, 9, 50)},
		"昨日 14:00 頃からエラーが出ます":                     {kind: broken, since: at(3, 14, 0)},
		"今朝の8時半ごろから遅い":                            {kind: broken, since: at(4, 8, 30)},
		"昨夜 23 時からつながらない":                         {kind: broken, since: at(3, 23, 0)},
		"昨夜1時からつながらない":                            {kind: broken}, // which night's one o'clock: ask
		"昨日から遅い":                                  {kind: broken},
		"さっきからつながらない":                             {kind: broken, since: at(4, 10, 0)},

		"请问如何选择虚拟机规格？": {kind: advice, product: "azure/virtual-machines"},
		"怎么解决这个报错":     {}, // asks, and it fails

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
