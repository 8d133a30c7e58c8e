package bot

import "testing"

// What people write under the card of something solved: that it is back, or that
// it works.
func TestItIsBack(t *testing.T) {
	for text, back := range map[string]bool{
		"broken again": true, "It's back": true, "it’s back since noon": true, "Same error as before": true, "still not working": true,
		"It is NOT solved": true, "The problem came back.": true, "checkout is down": true, "It recurred at 14:00": true,
		"又坏了": true, "问题再次出现": true, "还是不行": true, "没解决": true, "故障复发": true,
		"また落ちました": true, "まだ直っていません": true, "再発しました": true, "まだエラーが出ます": true, "解決していません": true,

		"Thanks, it works again": false, "everything is back to normal": false, "the shop is back online": false, "We checked, all green": false,
		"Thank you for the quick fix of the outage": false, "Please send us the report": false,
		"谢谢，又快又好": false, "再次感谢": false, "已经恢复正常": false, "请发报告": false,
		"また連絡します": false, "ありがとうございました。また何かあればお願いします": false, "正常に戻りました": false,
	} {
		if relapsed(text) != back {
			t.Errorf("%q is taken for a relapse: %v", text, !back)
		}
	}
}
